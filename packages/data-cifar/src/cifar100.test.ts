import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContainer, DATASETS, type LoadedDataset, UserError, type z } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testDataset } from "@benn/core/testing";
import { randomBytes, serveFile, temporaryFolder } from "@benn/data-kit/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pack } from "../test/mini-archive.ts";
import { cifar100, cifar100Options } from "./cifar100.ts";
import { downloadBatches } from "./download.ts";
import { SIZE } from "./images.ts";
import plugin from "./index.ts";
import { cifar100Layout } from "./layout.ts";

const RECORD = 2 + SIZE;
/** The fine class of a row, and its group: not the real groups, but five classes each. */
const fineOf = (row: number): number => (row * 37) % 100;
const coarseOf = (row: number): number => fineOf(row) % 20;

function records(count: number, seed: number): Uint8Array {
  const bytes = randomBytes(count * RECORD, seed);
  for (let row = 0; row < count; row++) bytes.set([coarseOf(row), fineOf(row)], row * RECORD);
  return bytes;
}

async function writeFiles(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "train.bin"), records(400, 1));
  await writeFile(join(folder, "test.bin"), records(100, 2));
  for (const [name, count] of [
    ["fine", 100],
    ["coarse", 20],
  ] as const)
    await writeFile(join(folder, `${name}_label_names.txt`), Array.from({ length: count }, (_, i) => `${name} ${i}\n`).join(""));
}

const shared = mkdtempSync(join(tmpdir(), "benn-cifar100-"));
beforeAll(() => writeFiles(join(shared, "cifar-100-binary")));
afterAll(() => rmSync(shared, { recursive: true, force: true }));

type Options = z.input<typeof cifar100Options>;
const dataset = (options: Options) => cifar100(cifar100Options.parse(options));
const load = (options: Options): Promise<LoadedDataset> => dataset(options).load({ validation: 0, random: createRandom(1, "validation") });

testDataset("cifar100", () => dataset({ data: shared, flip: true, crop: 4 }));

test("labels are the hundred classes, or the twenty groups, of the same images", async () => {
  const [fine, coarse] = [await load({ data: shared }), await load({ data: join(shared, "cifar-100-binary"), labels: "coarse" })];
  expect([fine.labels.length, fine.labels[99], coarse.labels.length, coarse.labels[19]]).toEqual([100, "fine 99", 20, "coarse 19"]);
  for (const row of [0, 7, 399]) expect([fine.train.labels[row], coarse.train.labels[row]]).toEqual([fineOf(row), coarseOf(row)]);
  const rows = Int32Array.of(3, 99);
  expect(await fine.test.images(rows)).toEqual(await coarse.test.images(rows));
  const mean = fine.preprocessing.find((own) => own.operation === "standardize")!.mean;
  const deviation = fine.preprocessing.find((own) => own.operation === "standardize")!.deviation;
  const image = await fine.test.images(Int32Array.of(3));
  const raw = records(100, 2).subarray(3 * RECORD + 2);
  for (const i of [0, 1, 500, SIZE - 1])
    expect(image[i]).toBe(Math.fround((raw[(i % 3) * 1024 + Math.floor(i / 3)]! - mean[i % 3]!) / deviation[i % 3]!));
  expect(fine.provenance).toMatchObject({ dataset: "CIFAR-100", source: "folder" });
  expect(Object.keys(fine.provenance["sha256"] as object)).toEqual(["train.bin", "test.bin"]);
});

test("it is registered, says what to expect, and finds its files in the cache", async () => {
  const container = createContainer();
  await plugin.register(container);
  const create = (options: object) => container.resolve(DATASETS).create({ name: "cifar100", ...options });
  expect(create({}).expected).toEqual({ shape: [32, 32, 3], classes: 100, moves: true });
  expect(create({ labels: "coarse" }).expected?.classes).toBe(20);
  expect(create({ cache: shared }).locate?.()).toBe(join(shared, "cifar-100-binary"));
  expect(create({ cache: await temporaryFolder() }).locate?.()).toBeUndefined();
});

test("the archive is downloaded once, verified, and unpacked with the names of both kinds of labels", async () => {
  const made = await temporaryFolder();
  await writeFiles(join(made, "cifar-100-binary"));
  await writeFile(join(made, "cifar-100-binary", "readme.html"), "<html></html>");
  const archive = await pack(made, ["cifar-100-binary"]);
  const cache = await temporaryFolder();
  const remote = {
    ...cifar100Layout("fine").archive,
    url: await serveFile(archive.bytes),
    bytes: archive.bytes.length,
    sha256: archive.sha256,
  };
  const folder = await downloadBatches(cifar100Layout("fine"), remote, cache);
  expect(readdirSync(folder).toSorted()).toEqual(["coarse_label_names.txt", "fine_label_names.txt", "test.bin", "train.bin"]);
  expect((await load({ source: "download", cache, labels: "coarse" })).labels).toHaveLength(20);
  const wrong = { ...remote, sha256: cifar100Layout("fine").archive.sha256 };
  await expect(downloadBatches(cifar100Layout("fine"), wrong, await temporaryFolder())).rejects.toThrow(
    /cifar100: what came from http.* is not the expected file: SHA-256/,
  );
});

test.for<[string, (folder: string) => Promise<unknown>, RegExp]>([
  [
    "the Python version",
    (folder) => writeFile(join(folder, "meta"), ""),
    /is the Python version of CIFAR-100, whose files are pickles\. Take the binary version, cifar-100-binary\.tar\.gz/,
  ],
  ["CIFAR-10", (folder) => writeFile(join(folder, "data_batch_1.bin"), ""), /is CIFAR-10, which has other classes\. Set dataset=cifar10/],
  [
    "nothing",
    async () => {},
    /cifar100: ".*train\.bin" is missing\. Name the folder with train\.bin and test\.bin \(from cifar-100-binary\.tar\.gz\)/,
  ],
  [
    "no names",
    async (folder) => {
      await writeFiles(folder);
      await rm(join(folder, "fine_label_names.txt"));
    },
    /cifar100: ".*fine_label_names\.txt" cannot be read: ENOENT/,
  ],
  [
    "records of CIFAR-10",
    async (folder) => {
      await writeFiles(folder);
      await writeFile(join(folder, "test.bin"), randomBytes(3073 * 10, 1));
    },
    /is not a whole number of 3074-byte records/,
  ],
  [
    "a label of no class",
    async (folder) => {
      await writeFiles(folder);
      await writeFile(join(folder, "test.bin"), new Uint8Array(RECORD).fill(100));
    },
    /has the label 100, but labels go from 0 to 99/,
  ],
])("a folder with %s is refused in a sentence", async ([, write, says]) => {
  const folder = await temporaryFolder();
  await write(folder);
  const failure = await load({ data: folder }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(says);
});

test("without a folder the message says how to come by one", async () => {
  await expect(load({})).rejects.toThrow(
    "cifar100: the folder of its files is not named. Name it with --data DIR or fetch them with --set dataset.source=download.",
  );
  expect(() => dataset({ data: shared, source: "download" })).toThrow("source=download reads no folder");
  expect(existsSync(shared)).toBe(true);
});
