// Some of the built-in photographs as a folder of CIFAR-10's official files. Most commands of these tests read images, and unpacking the
// whole sample each time would take longer than training on some.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { readSample } from "../packages/data-cifar/src/sample.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder with 400 training and 100 test images. */
    photographs: string;
  }
}

const SIZE = 3 * 32 * 32;
const [BATCHES, BATCH_ROWS, TEST_ROWS] = [5, 80, 100] as const;

export default async function setup({ provide }: TestProject): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "benn-photographs-"));
  const { train, test } = await readSample();
  const write = (name: string, { labels, pixels }: typeof train, from: number, count: number): void => {
    const records = Array.from({ length: count }, (_, k) => {
      const row = from + k;
      return Buffer.concat([Uint8Array.of(labels[row]!), Uint8Array.from(pixels.subarray(row * SIZE, (row + 1) * SIZE))]);
    });
    writeFileSync(join(folder, name), Buffer.concat(records));
  };
  for (let batch = 0; batch < BATCHES; batch++) write(`data_batch_${batch + 1}.bin`, train, batch * BATCH_ROWS, BATCH_ROWS);
  write("test_batch.bin", test, 0, TEST_ROWS);
  provide("photographs", folder);
}
