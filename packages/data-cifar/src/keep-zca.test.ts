import { readdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@benn/data-kit/testing";
import { expect, test } from "vitest";
import type { Zca } from "./fit-zca.ts";
import { SIZE } from "./images.ts";
import { keepZca } from "./keep-zca.ts";

const files = { "train.bin": "aa", "test.bin": "bb" };
const rows = Int32Array.of(1, 2, 3);

/** Fast fits, and how many there were. */
function counted(): { fits: number; fit: () => Promise<Zca> } {
  const counter = {
    fits: 0,
    fit: () => {
      const value = ++counter.fits;
      return Promise.resolve({ mean: new Float32Array(SIZE).fill(value), matrix: new Float32Array(SIZE ** 2).fill(value) });
    },
  };
  return counter;
}

test("the same rows of the same files are fitted once, others on their own", async () => {
  const folder = join(await temporaryFolder(), "cache");
  const counter = counted();
  const first = await keepZca(folder, { files, rows }, counter.fit);
  const again = await keepZca(folder, { files, rows }, counter.fit);
  expect(counter.fits).toBe(1);
  expect(Buffer.compare(Buffer.from(again.mean.buffer), Buffer.from(first.mean.buffer))).toBe(0);
  expect(again.matrix.every((value) => value === 1)).toBe(true);
  await keepZca(folder, { files, rows: Int32Array.of(1, 2, 4) }, counter.fit);
  await keepZca(folder, { files: { ...files, "test.bin": "cc" }, rows }, counter.fit);
  expect(counter.fits).toBe(3);
});

test("a damaged file is made anew, wherever the damage is", async () => {
  const folder = await temporaryFolder();
  const counter = counted();
  await keepZca(folder, { files, rows }, counter.fit);
  const path = join(folder, (await readdir(folder))[0]!);
  await truncate(path, 1000);
  await keepZca(folder, { files, rows }, counter.fit);
  expect(counter.fits).toBe(2);
  const bytes = await readFile(path);
  bytes[bytes.length - 5]! ^= 1;
  await writeFile(path, bytes);
  await keepZca(folder, { files, rows }, counter.fit);
  expect(counter.fits).toBe(3);
  await keepZca(folder, { files, rows }, counter.fit);
  expect(counter.fits).toBe(3);
  expect(await readdir(folder), "nothing half-written").toHaveLength(1);
});

test("the oldest files make room", async () => {
  const folder = await temporaryFolder();
  for (let i = 0; i < 9; i++) {
    const path = join(folder, `${i}.safetensors`);
    await writeFile(path, "");
    await utimes(path, 1000 + i, 1000 + i);
  }
  await keepZca(folder, { files, rows }, counted().fit);
  const names = await readdir(folder);
  expect(names).toHaveLength(8);
  expect(names).not.toContain("1.safetensors");
  expect(names).toContain("2.safetensors");
});

test("a cache that cannot be written does not keep anyone from training", async () => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  expect((await keepZca(join(file, "cache"), { files, rows }, counted().fit)).mean[0]).toBe(1);
});
