import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "@benn/data-kit/testing";

export const BATCHES = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`).concat("test_batch.bin");

/** Records of the official layout: `count` images with the labels 0, 1, … 9, 0, 1, … */
export function records(count: number, seed: number): Uint8Array {
  const bytes = randomBytes(count * 3073, seed);
  for (let row = 0; row < count; row++) bytes[row * 3073] = row % 10;
  return bytes;
}

/** Writes the six official files with `count` images each. */
export async function writeBatches(folder: string, count = 10): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [seed, name] of BATCHES.entries()) await writeFile(join(folder, name), records(count, seed));
}
