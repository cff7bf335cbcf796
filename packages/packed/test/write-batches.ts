import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "@benn/core/internals";

/** Writes CIFAR-10's six files with random images: 50 in each for training, and `testImages` for testing. */
export function writeBatches(folder: string, testImages: number, seed = 1): void {
  mkdirSync(folder, { recursive: true });
  const files = [1, 2, 3, 4, 5].map((batch) => [`data_batch_${batch}.bin`, 50] as const);
  for (const [name, count] of [...files, ["test_batch.bin", testImages] as const]) {
    const random = createRandom(seed, name);
    writeFileSync(
      join(folder, name),
      Uint8Array.from({ length: count * 3073 }, (_, i) => (i % 3073 === 0 ? Math.floor(i / 3073) % 10 : random.integer(256))),
    );
  }
}
