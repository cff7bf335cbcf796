import { closeSync, openSync } from "node:fs";
import { mkdtemp, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checksum } from "./checksum.ts";
import { readRows } from "./read-rows.ts";
import { openStoredLogits } from "./stored-logits.ts";

const [ROWS, CLASSES] = [5, 3];
const numbers = Float32Array.from({ length: ROWS * CLASSES }, (_, i) => i);

async function file(): Promise<{ path: string; sha256: string }> {
  const path = join(await mkdtemp(join(tmpdir(), "benn-logits-")), "logits.f32");
  const bytes = new Uint8Array(numbers.buffer);
  await writeFile(path, bytes);
  return { path, sha256: checksum(bytes) };
}
const rowsOf = (...rows: number[]): number[] => rows.flatMap((row) => [0, 1, 2].map((k) => CLASSES * row + k));

test("rows come in the order asked for, whether they lie together or not", async () => {
  const { path } = await file();
  const open = openSync(path, "r");
  for (const rows of [[], [0], [4], [0, 1, 2, 3, 4], [1, 2, 4], [4, 3, 0, 1], [2, 2, 3], [1, 3]])
    expect([...readRows(open, Int32Array.from(rows), CLASSES, path)]).toEqual(rowsOf(...rows));
  expect(() => readRows(open, Int32Array.of(4, 5), CLASSES, path)).toThrow(
    `${path}: was cut while it was read. Does another program write it?`,
  );
  closeSync(open);
});

test.for([true, false])("stored logits are held against their checksum and read by rows, kept in memory: %o", async (keep) => {
  const { path, sha256 } = await file();
  const options = { rows: ROWS, classes: CLASSES, sha256, keep };
  const logits = await openStoredLogits(path, options);
  expect([...logits(0, 5)]).toEqual([...numbers]);
  expect([...logits(1, 3)]).toEqual(rowsOf(1, 2));
  expect([...logits(4, 5)]).toEqual(rowsOf(4));
  await expect(openStoredLogits(path, { ...options, sha256: "0" })).rejects.toThrow(/SHA-256/);
  await expect(openStoredLogits(path, { ...options, rows: 6 })).rejects.toThrow("has 60 bytes, but 6 rows of 3 classes take 72.");
  await truncate(path, 30);
  if (keep) expect([...logits(4, 5)]).toEqual(rowsOf(4));
  else expect(() => logits(4, 5)).toThrow("was cut while it was read");
  await expect(openStoredLogits(path, options)).rejects.toThrow("has 30 bytes");
});
