import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** A file in the IDX format. */
export function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, 0x0800 + shape.length);
  for (const [axis, length] of shape.entries()) head.setUint32(4 + 4 * axis, length);
  return Buffer.concat([new Uint8Array(head.buffer), values]);
}

/** A grey image of 28×28 with a bar that marks its class, and noise that depends on its row. */
export function image(row: number): Uint8Array {
  return Uint8Array.from({ length: 784 }, (_, i) => {
    const [x, y] = [i % 28, Math.floor(i / 28)];
    return (row % 10) * 2 + 4 <= x && x < (row % 10) * 2 + 8 ? 250 - ((row * 7 + y * 3) % 50) : (row * 31 + i * 17) % 60;
  });
}

/** The four files with images of each class in turn. */
export function writeIdx(folder: string, { train = 40, test = 20, gz = false, dot = false } = {}): string {
  mkdirSync(folder, { recursive: true });
  for (const [part, count, from] of [
    ["train", train, 0],
    ["t10k", test, 1000],
  ] as const) {
    const files = {
      [`${part}-images-idx3-ubyte`]: idx([count, 28, 28], Buffer.concat(Array.from({ length: count }, (_, row) => image(from + row)))),
      [`${part}-labels-idx1-ubyte`]: idx(
        [count],
        Uint8Array.from({ length: count }, (_, row) => row % 10),
      ),
    };
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(join(folder, `${dot ? name.replace("-idx", ".idx") : name}${gz ? ".gz" : ""}`), gz ? gzipSync(bytes) : bytes);
  }
  return folder;
}
