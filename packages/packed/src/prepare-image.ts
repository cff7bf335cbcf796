import { Addresses } from "./arena.ts";
import { type CompiledModules, createKernels } from "./kernels.ts";
import { PackedError } from "./packed-error.ts";
import type { Preparation } from "./preparation.ts";
import { floatsOf } from "./read-safetensors.ts";

/** Converts bytes [height, width, channels], in the model's order of channels, to floats; the result is valid until the next call. */
export type Prepare = (bytes: Uint8Array | Uint8ClampedArray) => Float32Array;

/** Columns of the matrix that are summed together. */
const PANEL = 32;

/**
 * Creates the conversion to floats if a table of 256 values per channel is not enough; absent if it is, or if there is nothing to do.
 * @throws PackedError if the matrix would need more memory than allowed
 */
export async function createPrepare(
  preparation: Preparation,
  { maxMemory, name, wasm }: { readonly maxMemory: number; readonly name: string; readonly wasm?: CompiledModules | undefined },
): Promise<Prepare | undefined> {
  if (preparation.kind === "meanImage") {
    const { mean, deviation } = preparation;
    return (bytes) => Float32Array.from(bytes, (byte, i) => (byte - (mean[i] as number)) / (deviation[i % deviation.length] as number));
  }
  return preparation.kind === "gcn-zca" ? createWhitening(preparation, { maxMemory, name, wasm }) : undefined;
}

async function createWhitening(
  { scale, mean, matrix }: Extract<Preparation, { readonly kind: "gcn-zca" }>,
  { maxMemory, name, wasm }: { readonly maxMemory: number; readonly name: string; readonly wasm: CompiledModules | undefined },
): Promise<Prepare> {
  const size = mean.length;
  const panels = Math.ceil(size / PANEL);
  const addresses = new Addresses();
  const [z, y, panel] = [addresses.take(4 * size), addresses.take(4 * panels * PANEL), addresses.take(4 * size * panels * PANEL)];
  if (addresses.end > maxMemory) {
    throw new PackedError(
      `${name}: whitening needs ${Math.ceil(addresses.end / 1e6)} MB, of at most ${Math.floor(maxMemory / 1e6)} MB. If that is right, load it with a larger maxMemory.`,
    );
  }
  const kernels = await createKernels(wasm);
  kernels.memory.grow(Math.ceil(addresses.end / 65_536));
  const floats = new Float32Array(kernels.memory.buffer);
  const triangle = floatsOf(matrix);
  const put = (row: number, column: number, value: number): void => {
    floats[panel / 4 + (Math.floor(column / PANEL) * size + row) * PANEL + (column % PANEL)] = value;
  };
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column <= row; column++, at++) {
      put(row, column, triangle[at] as number);
      put(column, row, triangle[at] as number);
    }
  }
  const less = floats.subarray(z / 4, z / 4 + size);
  const whitened = floats.subarray(y / 4, y / 4 + size);
  return (bytes) => {
    contrastNormalize(bytes, scale, less);
    for (let i = 0; i < size; i++) less[i]! -= mean[i] as number;
    kernels.multiplyVector(z, size, panel, panels, y);
    return whitened;
  };
}

/** An image minus its mean, scaled to the norm `scale`; an image of a single value becomes zeros. */
function contrastNormalize(bytes: Uint8Array | Uint8ClampedArray, scale: number, into: Float32Array): void {
  let [sum, squares] = [0, 0];
  for (const byte of bytes) {
    sum += byte;
    squares += byte * byte;
  }
  const mean = sum / bytes.length;
  const norm = Math.sqrt((bytes.length * squares - sum * sum) / bytes.length);
  const gain = norm === 0 ? 1 : scale / norm;
  for (const [i, byte] of bytes.entries()) into[i] = (byte - mean) * gain;
}
