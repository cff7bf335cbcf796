import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createContainer, DATASETS, type LoadedDataset, UserError, type z } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testDataset } from "@benn/core/testing";
import { serve, temporaryFolder } from "@benn/data-kit/testing";
import { afterAll, describe, expect, test } from "vitest";
import { idx, image, writeIdx } from "../test/write-idx.ts";
import { downloadIdx } from "./download-idx.ts";
import { FASHION_MNIST, type Family, IDX_FILES, type IdxFile, MNIST } from "./family.ts";
import plugin from "./index.ts";
import { mnist, mnistOptions } from "./mnist.ts";

const shared = mkdtempSync(join(tmpdir(), "benn-mnist-"));
afterAll(() => rmSync(shared, { recursive: true, force: true }));
const plain = writeIdx(join(shared, "plain"));

type Options = z.input<typeof mnistOptions>;
const dataset = (options: Options, family = MNIST) => mnist(family, mnistOptions.parse(options));
const load = (options: Options, family = MNIST): Promise<LoadedDataset> =>
  dataset(options, family).load({ validation: 0, random: createRandom(1, "validation") });

testDataset("mnist", () => dataset({ data: plain }));
testDataset("mnist, augmented in all ways", () => dataset({ data: plain, flip: true, crop: 3, padding: "reflect", cutout: 6 }));

test("images are one grey channel, standardized on the training rows", async () => {
  const { shape, labels, train, test: held, preprocessing, provenance } = await load({ data: plain });
  expect([shape, labels, train.labels.length, held.labels.length]).toEqual([[28, 28, 1], MNIST.labels, 40, 20]);
  expect(held.labels.slice(8, 12)).toEqual(Int32Array.of(8, 9, 0, 1));
  const [standardize] = preprocessing;
  if (standardize?.operation !== "standardize") throw new Error("is not standardized");
  const { mean, deviation } = standardize;
  expect([mean.length, deviation.length]).toEqual([1, 1]);
  const all = Array.from({ length: 40 }, (_, row) => [...image(row)]).flat();
  expect(mean[0]).toBeCloseTo(all.reduce((sum, value) => sum + value, 0) / all.length, 3);
  expect(await held.images(Int32Array.of(7))).toEqual(Float32Array.from(image(1007), (byte) => (byte - mean[0]!) / deviation[0]!));
  expect(provenance).toMatchObject({ dataset: "MNIST", source: "folder", preprocess: "standardize", fittedOn: 40 });
});

test("files are the same packed or not, named with a hyphen or a dot, or where torchvision keeps them", async () => {
  const rows = Int32Array.of(0, 19);
  const { test: held, provenance } = await load({ data: plain });
  const clothes = join(shared, "torchvision");
  writeIdx(join(clothes, FASHION_MNIST.torchvision), { gz: true });
  for (const [data, family] of [
    [writeIdx(join(shared, "gz"), { gz: true }), MNIST],
    [writeIdx(join(shared, "dot"), { dot: true }), MNIST],
    [clothes, FASHION_MNIST],
  ] as const) {
    const other = await load({ data }, family);
    expect(await other.test.images(rows)).toEqual(await held.images(rows));
    expect(other.provenance["sha256"]).toEqual(provenance["sha256"]);
    expect(dataset({ data }, family).locate?.()).toBe(data === clothes ? join(clothes, FASHION_MNIST.torchvision) : data);
  }
  expect(Object.keys(provenance["sha256"] as object)).toEqual([...IDX_FILES]);
});

test("both are registered, with their own classes", async () => {
  const container = createContainer();
  await plugin.register(container);
  expect(container.resolve(DATASETS).names()).toEqual(["mnist", "fashion-mnist"]);
  const clothes = container.resolve(DATASETS).create({ name: "fashion-mnist", data: plain });
  expect(clothes.expected).toEqual({ shape: [28, 28, 1], classes: 10, moves: true });
  expect((await clothes.load({ validation: 0, random: createRandom(1, "v") })).labels).toContain("Ankle boot");
});

describe("a download", () => {
  const packed = readPacked();
  const family: Family = {
    ...MNIST,
    packed: Object.fromEntries(
      IDX_FILES.map((file) => [file, [packed[file].length, createHash("sha256").update(packed[file]).digest("hex")]]),
    ) as unknown as Family["packed"],
  };
  const serving = async (files: Readonly<Record<string, Buffer>>, asked: string[] = []): Promise<string> => {
    const address = await serve((request, response) => {
      const name = request.url?.split("/").at(-1)?.replace(/\.gz$/, "") ?? "";
      asked.push(name);
      response.writeHead(files[name] ? 200 : 404).end(files[name]);
    });
    return new URL("/some/folder", address).href;
  };

  test("brings the four files once, held against length and checksum, and says how far it is", async () => {
    const asked: string[] = [];
    const cache = await temporaryFolder();
    const url = await serving(packed, asked);
    const told: [number, number][] = [];
    const folder = await downloadIdx(family, url, cache, { onProgress: (done, total) => told.push([done, total]) });
    expect(readdirSync(cache)).toEqual(["idx"]);
    expect(readdirSync(folder).toSorted()).toEqual(IDX_FILES.map((file) => `${file}.gz`).toSorted());
    const total = IDX_FILES.reduce((sum, file) => sum + packed[file].length, 0);
    expect(told.at(-1)).toEqual([total, total]);
    await downloadIdx(family, url, cache);
    expect(asked).toEqual([...IDX_FILES]);
    const rows = Int32Array.of(5);
    const data = await load({ source: "download", cache }, family);
    expect(await data.test.images(rows)).toEqual(await (await load({ data: plain })).test.images(rows));
  });

  test("of a file that is another, or is not there, is an error that names it", async () => {
    const wrong = Buffer.from(packed["t10k-labels-idx1-ubyte"]);
    wrong[12]! ^= 1;
    const cache = await temporaryFolder();
    const bad = await serving({ ...packed, "t10k-labels-idx1-ubyte": wrong });
    await expect(downloadIdx(family, bad, cache)).rejects.toThrow(
      /mnist: what came from .*t10k-labels-idx1-ubyte\.gz is not the expected file: SHA-256/,
    );
    // The three that were right are kept, so that the next call requests only the fourth.
    const asked: string[] = [];
    await downloadIdx(family, await serving(packed, asked), cache);
    expect(asked).toEqual(["t10k-labels-idx1-ubyte"]);
    await expect(downloadIdx(family, await serving({}), await temporaryFolder())).rejects.toThrow(
      /mnist: .* answered 404 .*Set dataset\.url to a server that has train-images-idx3-ubyte\.gz/,
    );
  });
});

function readPacked(): Record<IdxFile, Buffer> {
  const folder = writeIdx(join(shared, "packed"), { gz: true });
  return Object.fromEntries(IDX_FILES.map((file) => [file, readFileSync(join(folder, `${file}.gz`))])) as Record<IdxFile, Buffer>;
}

test.for<[string, (folder: string) => void, RegExp]>([
  ["nothing", () => {}, /mnist: ".*train-images-idx3-ubyte" is missing, and so is it with \.gz\. Name the folder with train-images/],
  [
    "an archive of NumPy",
    (folder) => writeFileSync(join(folder, "mnist.npz"), ""),
    /is an archive of NumPy arrays \(\.npz\)\. Take the four IDX files of MNIST/,
  ],
  [
    "one file missing",
    (folder) => {
      writeIdx(folder);
      rmSync(join(folder, "t10k-labels-idx1-ubyte"));
    },
    /t10k-labels-idx1-ubyte" is missing/,
  ],
  [
    "a file cut short",
    (folder) => {
      writeIdx(folder);
      writeFileSync(join(folder, "train-images-idx3-ubyte"), idx([40, 28, 28], new Uint8Array(784)));
    },
    /should have 40×28×28 values and has 784: it is cut short/,
  ],
  [
    "a packed file cut short",
    (folder) => {
      writeIdx(folder, { gz: true });
      writeFileSync(join(folder, "train-labels-idx1-ubyte.gz"), gzipSync(new Uint8Array(2000)).subarray(0, 20));
    },
    /cannot be unpacked \(.*\)\. It is damaged or cut short; fetch it again/,
  ],
  [
    "images of another size",
    (folder) => {
      writeIdx(folder);
      writeFileSync(join(folder, "train-images-idx3-ubyte"), idx([40, 2, 2], new Uint8Array(160)));
    },
    /has images of 2×2, not 28×28/,
  ],
  [
    "labels in the place of images",
    (folder) => {
      writeIdx(folder);
      writeFileSync(join(folder, "train-images-idx3-ubyte"), idx([40], new Uint8Array(40)));
    },
    /has 1 axes, not 3\. Are images and labels in each other's place\?/,
  ],
  [
    "fewer labels",
    (folder) => {
      writeIdx(folder);
      writeFileSync(join(folder, "train-labels-idx1-ubyte"), idx([39], new Uint8Array(39)));
    },
    /has 40 images and ".*" 39 labels/,
  ],
  [
    "a label of no class",
    (folder) => {
      writeIdx(folder);
      writeFileSync(join(folder, "train-labels-idx1-ubyte"), idx([40], new Uint8Array(40).fill(10)));
    },
    /label 0 of ".*" is 10, but labels go from 0 to 9/,
  ],
  [
    "floats",
    (folder) => {
      writeIdx(folder);
      writeFileSync(join(folder, "train-labels-idx1-ubyte"), Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 40));
    },
    /has values of the IDX type 13, not bytes/,
  ],
  [
    "a page of the web",
    (folder) => {
      writeIdx(folder);
      writeFileSync(join(folder, "t10k-images-idx3-ubyte"), "<!DOCTYPE html><p>Not found");
    },
    /t10k-images-idx3-ubyte" is a page of the web/,
  ],
])("a folder with %s is refused in a sentence", async ([, write, says]) => {
  const folder = await temporaryFolder();
  write(folder);
  const failure = await load({ data: folder }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(says);
});

test("options that do not go together, and no folder, are refused in a sentence", async () => {
  await expect(load({})).rejects.toThrow("mnist: the folder of its files is not named. Name it with --data DIR, or fetch them");
  await expect(load({ data: join(shared, "nowhere") })).rejects.toThrow("which is not a folder. Name the folder of the four MNIST files");
  expect(() => dataset({ data: plain, source: "download" })).toThrow("mnist: source=download reads no folder");
  expect(() => dataset({ data: plain, url: "http://a.b/" })).toThrow("mnist: url is for source=download, but source is folder");
  expect(() => dataset({ data: plain, padding: "zeros" })).toThrow("mnist: padding is");
  await expect(load({ data: plain, trainRows: 99 })).rejects.toThrow("mnist: trainRows is 99, but there are only 40");
});
