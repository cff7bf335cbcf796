import { createHash } from "node:crypto";
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { temporaryFolder } from "@benn/data-kit/testing";
import { expect, test } from "vitest";
import { BATCHES, records, writeBatches } from "../test/mini-batches.ts";
import { readBinaryBatches } from "./binary-batches.ts";
import { CIFAR10 } from "./layout.ts";

test("records are read in the order of the files, with their checksums, and progress is told", async () => {
  const folder = await temporaryFolder();
  await writeBatches(folder, 10);
  await writeFile(join(folder, BATCHES[1]!), records(3, 77)); // a file may be shorter than the others
  const told: number[] = [];
  const { train, test: held, labels, files } = await readBinaryBatches(folder, CIFAR10, (done, total) => told.push(done / total));
  expect([...train.labels.subarray(10, 15)]).toEqual([0, 1, 2, 0, 1]);
  expect(train.labels).toHaveLength(43);
  expect(train.pixels.subarray(12 * 3072, 13 * 3072)).toEqual(records(3, 77).subarray(2 * 3073 + 1));
  expect(held.pixels.subarray(0, 3072)).toEqual(records(10, 5).subarray(1, 3073));
  expect(labels[3]).toBe("cat");
  const bytes = await readFile(join(folder, BATCHES[5]!));
  expect(files[BATCHES[5]!]).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(Object.keys(files)).toEqual(BATCHES);
  expect(told.at(-1)).toBe(1);
});

test("class names come from batches.meta.txt", async () => {
  const folder = await temporaryFolder();
  await writeBatches(folder);
  const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
  await writeFile(join(folder, "batches.meta.txt"), `${names.join("\r\n")}\r\n\r\n`);
  expect((await readBinaryBatches(folder, CIFAR10)).labels).toEqual(names);
  await writeFile(join(folder, "batches.meta.txt"), "a\nb\n");
  await expect(readBinaryBatches(folder, CIFAR10)).rejects.toThrow(/batches\.meta\.txt" should name 10 classes, one a line, and has 2\./);
});

const faults = [
  { what: "missing", spoil: (path: string) => rm(path), says: /data_batch_3\.bin" is missing\. Name the folder with/ },
  { what: "empty", spoil: (path: string) => truncate(path, 0), says: /has 0 bytes, which is not a whole number of 3073-byte records/ },
  { what: "cut short", spoil: (path: string) => truncate(path, 30_000), says: /30000 bytes.*\(9 and 2343 bytes\)\. It is cut short/ },
  {
    what: "with a label of 10",
    spoil: async (path: string) => {
      const bytes = await readFile(path);
      bytes[4 * 3073] = 10;
      await writeFile(path, bytes);
    },
    says: /record 4 of "data_batch_3\.bin" has the label 10, but labels go from 0 to 9\./,
  },
] as const;

test.for(faults)("a file that is $what is named with what to do", async ({ spoil, says }) => {
  const folder = await temporaryFolder();
  await writeBatches(folder);
  await spoil(join(folder, BATCHES[2]!));
  const failure = await readBinaryBatches(folder, CIFAR10).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(says);
});
