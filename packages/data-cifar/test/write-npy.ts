import { writeFile } from "node:fs/promises";

const TYPES = { "|u1": Uint8Array, "<f4": Float32Array, "<i8": BigInt64Array } as const;

/** Writes an array as numpy.save does. */
export async function writeNpy(path: string, values: Uint8Array | Float32Array | BigInt64Array, shape: readonly number[]): Promise<void> {
  const type = Object.entries(TYPES).find(([, array]) => values instanceof array)?.[0];
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const header = Buffer.from(`${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`, "latin1");
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length & 255, header.length >> 8]);
  await writeFile(path, Buffer.concat([start, header, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]));
}
