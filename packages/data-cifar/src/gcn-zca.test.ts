import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Dataset, type LoadedDataset, type LoadOptions } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testDataset } from "@benn/core/testing";
import { temporaryFolder } from "@benn/data-kit/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { records, writeBatches } from "../test/mini-batches.ts";
import { cifar10, cifar10Options } from "./cifar10.ts";
import { PLANE, SIZE } from "./images.ts";

// A fit takes a second even on fifty images, so the tests share a cache folder.
let shared: string;
beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), "benn-cifar-"));
  await writeBatches(join(shared, "data"));
});
afterAll(() => rm(shared, { recursive: true, force: true }));

const whitened = (cache = join(shared, "cache")): Dataset =>
  cifar10(cifar10Options.parse({ data: join(shared, "data"), preprocess: "gcn-zca", cache }));
const load = (dataset: Dataset, options: Partial<LoadOptions> = {}): Promise<LoadedDataset> =>
  dataset.load({ validation: 0, random: createRandom(1, "validation"), ...options });

testDataset("cifar10 with gcn-zca", () => whitened());

/** Row `row` of a file, [32, 32, 3], in the layout of another runtime. */
function rawImage(seed: number, row: number): number[] {
  const planes = records(10, seed).subarray(row * 3073 + 1, (row + 1) * 3073);
  return Array.from({ length: SIZE }, (_, i) => planes[(i % 3) * PLANE + Math.floor(i / 3)]!);
}

test("another runtime finds the same float32 values from what preprocessing holds, in any batch", async () => {
  const { test: split, preprocessing } = await load(whitened());
  const [contrast, whitening] = preprocessing;
  if (contrast?.operation !== "contrastNormalize" || whitening?.operation !== "whiten")
    throw new Error("is not contrast normalisation and whitening");
  const f = Math.fround;
  // The formula of README.md.
  const whiten = (x: number[]): Float32Array => {
    const sum = x.reduce((a, b) => a + b, 0);
    const squares = x.reduce((a, b) => a + b * b, 0);
    const norm = Math.sqrt((SIZE * squares - sum * sum) / SIZE);
    const gain = norm === 0 ? 1 : contrast.scale / norm;
    const z = x.map((value, i) => f(f((value - sum / SIZE) * gain) - whitening.mean[i]!));
    const y = new Float32Array(SIZE);
    for (let i = 0; i < SIZE; i++) for (let j = 0; j < SIZE; j++) y[j] = f(y[j]! + f(z[i]! * whitening.matrix[i * SIZE + j]!));
    return y;
  };
  const rows = Int32Array.of(7, 2, 3, 3, 9);
  const images = await split.images(rows);
  for (const place of [0, 3]) expect(images.slice(place * SIZE, (place + 1) * SIZE)).toEqual(whiten(rawImage(5, rows[place]!)));
  expect(await split.images(Int32Array.of(3))).toEqual(images.slice(2 * SIZE, 3 * SIZE));
});

test("the training images are white in the directions that they span, with the ridge's share taken off", async () => {
  const { train } = await load(whitened());
  const n = train.labels.length;
  const images = await train.images(Int32Array.from(train.labels.keys()));
  // Rows of Y with covariance YᵀY/n: its eigenvalues λ/(λ + ridge) are those of YYᵀ/n, which is small. Noise of 3,072 values minus its mean
  // has n − 1 nearly equal eigenvalues λ = 55²/n, and one of 0 for the mean.
  const lambda = 55 ** 2 / n;
  for (let i = 0; i < n; i += 7) {
    for (let j = 0; j < n; j += 5) {
      let dot = 0;
      for (let k = 0; k < SIZE; k++) dot += images[i * SIZE + k]! * images[j * SIZE + k]!;
      expect(dot / n).toBeCloseTo((lambda / (lambda + 0.1)) * ((i === j ? 1 : 0) - 1 / n), 3);
    }
  }
});

test("fitting stops when it is told to", async () => {
  const controller = new AbortController();
  const cache = await temporaryFolder();
  const loading = load(whitened(cache), {
    signal: controller.signal,
    onProgress: ({ what }) => what === "fitting ZCA: whitening matrix" && controller.abort(),
  });
  await expect(loading).rejects.toThrow(/abort/i);
  expect(await readdir(cache)).toEqual([]);
});
