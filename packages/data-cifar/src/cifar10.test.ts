import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadedDataset, type LoadOptions, UserError, type z } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testDataset } from "@benn/core/testing";
import { randomBytes, serve, temporaryFolder } from "@benn/data-kit/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BATCHES, writeBatches } from "../test/mini-batches.ts";
import { writeNpy } from "../test/write-npy.ts";
import { cifar10, cifar10Options } from "./cifar10.ts";
import { SIZE } from "./images.ts";

let shared: string;
beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), "benn-cifar-"));
  await writeBatches(join(shared, "batches"));
  await writeBatches(join(shared, "unpacked", "cifar-10-batches-bin"));
  await writeBatches(join(shared, "cache", "cifar-10-batches-bin"));
  for (const [name, count] of [
    ["train", 40],
    ["test", 20],
  ] as const) {
    const floats = Float32Array.from(randomBytes(count * SIZE, count), (byte) => byte / 64 - 2);
    await writeNpy(join(shared, `${name}_data.npy`), floats, [count, 3, 32, 32]);
    await writeNpy(
      join(shared, `${name}_labels.npy`),
      Uint8Array.from({ length: count }, (_, row) => row % 10),
      [count],
    );
  }
});
afterAll(() => rm(shared, { recursive: true, force: true }));

type Options = z.input<typeof cifar10Options>;
const dataset = (options: Options = {}) => cifar10(cifar10Options.parse(options));
const load = (options: Options, { validation = 0, ...more }: Partial<LoadOptions> = {}): Promise<LoadedDataset> =>
  dataset(options).load({ validation, random: createRandom(1, "validation"), ...more });

const standardizeOf = ({ preprocessing }: LoadedDataset) => preprocessing.find((own) => own.operation === "standardize")!;

testDataset("cifar10 from the official files, augmented", () => dataset({ data: join(shared, "batches"), flip: true, crop: 4 }));
testDataset("cifar10 with all other ways to augment", () =>
  dataset({ data: join(shared, "batches"), flip: "alternating", crop: 2, padding: "reflect", cutout: 8 }),
);
testDataset("cifar10 from NumPy arrays", () => dataset({ data: shared }));

test("the built-in sample is what comes without options, its classes in every part of it alike", async () => {
  const told: string[] = [];
  const data = await load({}, { onProgress: ({ what }) => told.push(what) });
  const { shape, labels, train, test: held, provenance } = data;
  expect(shape).toEqual([32, 32, 3]);
  expect(labels).toHaveLength(10);
  expect([train.labels.length, held.labels.length]).toEqual([4000, 1000]);
  expect(provenance).toMatchObject({ dataset: "CIFAR-10", source: "sample", preprocess: "standardize", fittedOn: 4000 });
  // Close to the published mean and deviation of the whole training set, 125.3, 123.0, 113.9 and 63.0, 62.1, 66.7.
  expect(data.preprocessing.map(({ operation }) => operation)).toEqual(["standardize"]);
  const { mean, deviation } = standardizeOf(data);
  for (const [channel, value] of [125.3, 123, 113.9].entries()) expect(Math.abs(mean[channel]! - value)).toBeLessThan(3);
  for (const [channel, value] of [63, 62.1, 66.7].entries()) expect(Math.abs(deviation[channel]! - value)).toBeLessThan(3);
  expect(told).toContain("reading CIFAR-10");
});

test("a folder is read whether it holds the files or the folder that the archive unpacks to", async () => {
  const rows = Int32Array.of(0, 49);
  const direct = await load({ data: join(shared, "batches") });
  const inner = await load({ data: join(shared, "unpacked") });
  expect(await inner.train.images(rows)).toEqual(await direct.train.images(rows));
  expect(inner.provenance["sha256"]).toEqual(direct.provenance["sha256"]);
  expect(Object.keys(inner.provenance["sha256"] as object)).toEqual(BATCHES);
});

test("floats are used as they are, and say so", async () => {
  const { train, provenance, preprocessing } = await load({ data: shared });
  const planes = Float32Array.from(randomBytes(40 * SIZE, 40), (byte) => byte / 64 - 2);
  const image = await train.images(Int32Array.of(3));
  for (const i of [0, 1, 5, SIZE - 1]) expect(image[i]).toBe(planes[3 * SIZE + (i % 3) * 1024 + Math.floor(i / 3)]);
  expect(preprocessing).toEqual([]);
  expect(provenance["preprocess"]).toBe("none: the arrays hold floats");
  await expect(load({ data: shared, preprocess: "gcn-zca" })).rejects.toThrow(
    /preprocess is gcn-zca, but the arrays hold floats, which are used as they are\./,
  );
});

test("standardisation is fitted to the rows that are trained on alone", async () => {
  const data = join(shared, "batches");
  const [whole, divided] = [await load({ data }), await load({ data }, { validation: 0.4 })];
  expect(whole.provenance["fittedOn"]).toBe(50);
  expect(divided.provenance["fittedOn"]).toBe(30);
  expect(standardizeOf(divided).mean).not.toEqual(standardizeOf(whole).mean);
});

test("fewer rows are of each class alike, and the same whatever the seed", async () => {
  const data = join(shared, "batches");
  const some = await load({ data, trainRows: 20, testRows: 10 });
  for (let label = 0; label < 10; label++) expect(some.train.labels.filter((own) => own === label)).toHaveLength(2);
  expect(some.test.labels).toHaveLength(10);
  const other = await load({ data, trainRows: 20 }, { random: createRandom(2, "validation") });
  const rows = Int32Array.from(some.train.labels.keys());
  expect(await other.train.images(rows)).toEqual(await some.train.images(rows));
});

test("what was downloaded before is read without asking any server", async () => {
  const { train, provenance } = await load({ source: "download", cache: join(shared, "cache"), url: "http://127.0.0.1:9/archive.tar.gz" });
  expect(train.labels).toHaveLength(50);
  expect(provenance["source"]).toBe("download");
});

test("a download asks the server named, and its refusal says what to set", async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url);
    response.writeHead(403).end();
  });
  const failure = await load({ source: "download", cache: await temporaryFolder(), url }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(/answered 403 Forbidden\. Set dataset\.url to a server that has cifar-10-binary\.tar\.gz/);
  expect(asked).toEqual(["/archive.tar.gz"]);
});

test.for([
  [{ data: "/nowhere/at/all" }, /data is "\/nowhere\/at\/all", which is not a folder\. Name the folder/],
  [{ data: import.meta.filename }, /which is not a folder/],
  [{ data: import.meta.dirname }, /data_batch_1\.bin" is missing\. Name the folder with data_batch_1\.bin to data_batch_5\.bin/],
  [{ source: "folder" }, /the folder of its files is not named\. Name it with --data DIR/],
  [{ source: "sample", data: "somewhere" }, /source=sample reads no folder, but data is "somewhere"/],
  [{ source: "download", data: "somewhere" }, /source=download reads no folder/],
  [{ padding: "reflect" }, /padding is "reflect", but crop is 0, so nothing is padded\. Set crop, or leave padding out\./],
  [{ url: "https://example.org/x.tar.gz" }, /url is for source=download, but source is sample/],
] as const)("%o is refused in a sentence", async ([options, says]) => {
  const failure = await (async () => load(options))().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(says);
});

test("more rows than there are, and none to train on, are refused", async () => {
  const data = join(shared, "batches");
  await expect(load({ data, trainRows: 51 })).rejects.toThrow("cifar10: trainRows is 51, but there are only 50. Lower it.");
  await expect(load({ data, testRows: 11 })).rejects.toThrow("cifar10: testRows is 11, but there are only 10. Lower it.");
  await expect(load({ data, trainRows: 10 }, { validation: 0.99 })).rejects.toThrow(
    "cifar10: validation 0.99 of 10 training images leaves none to train on. Lower it.",
  );
});

test("options of a wrong kind are refused", async () => {
  for (const wrong of [
    { source: "web" },
    { preprocess: "zca" },
    { crop: 32 },
    { crop: 1.5 },
    { flip: "always" },
    { crop: 2, padding: "edge" },
    { cutout: 0 },
    { cutout: 65 },
    { trainRows: 9 },
    { url: "not an address" },
    { url: "file:///etc/hosts" },
  ]) {
    expect(cifar10Options.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  }
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  expect(cifar10Options.safeParse({ data: file }).success).toBe(true);
});
