// An ensemble trained on whitened images accepts pictures, and computes the training graph's logits for them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@benn/core/internals";
import { cifar10, cifar10Options } from "@benn/data-cifar";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { load } from "../load.ts";
import { exportRun } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-whitened-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const cache = join(out, "cache");
let folder: string;
beforeAll(async () => {
  const members = [{ count: 1, architecture: { name: "nin", width: 0.1 } }];
  folder = await trainNets(out, { members, dataset: { preprocess: "gcn-zca", trainRows: 60, testRows: 60, cache } });
}, 180_000);

/** Floats of the test images, whitened or standardized, with the preprocessing that was applied. */
async function testImages(preprocess: "gcn-zca" | "standardize") {
  const dataset = cifar10(cifar10Options.parse({ source: "sample", trainRows: 60, testRows: 60, preprocess, cache }));
  const { test: split, preprocessing } = await dataset.load({ validation: 0, random: createRandom(1, "validation") });
  return { floats: await split.images(Int32Array.from(split.labels.keys())), preprocessing, count: split.labels.length };
}

test("every picture of the test set gets the very logits that the training graph gives its floats", async () => {
  const { bytes, warnings, verification } = await exportRun(folder, { container, verify: true });
  expect(warnings).toEqual([]);
  expect(verification?.members).toEqual([{ otherClass: 0, otherLogits: 0, largestDifference: 0 }]);
  const matrix = 4 * ((3072 * 3073) / 2);
  expect(bytes.length).toBeGreaterThan(matrix);
  expect(bytes.length).toBeLessThan(matrix + 60_000);
  const packed = await load(bytes);
  const { floats } = await testImages("gcn-zca");
  const { floats: plain, preprocessing, count } = await testImages("standardize");
  const { mean, deviation } = preprocessing.find((own) => own.operation === "standardize")!;
  const pixels = Uint8Array.from(plain, (value, i) => Math.round(value * deviation[i % 3]! + mean[i % 3]!));
  const logits = new Set<string>();
  for (let row = 0; row < count; row++) {
    const part = <T extends Uint8Array | Float32Array>(values: T): T => values.subarray(row * 3072, (row + 1) * 3072) as T;
    const [vote] = packed.predict({ width: 32, height: 32, data: part(pixels) }).votes;
    expect(vote!.logits, `image ${row}`).toEqual(packed.predict(part(floats)).votes[0]!.logits);
    logits.add(vote!.logits.join());
  }
  expect(logits.size).toBe(count);
}, 180_000);

test("without its matrix the file is small and takes floats only, which the exporter says", async () => {
  const { bytes, warnings, verification } = await exportRun(folder, { container, whitening: false, verify: true });
  expect(bytes.length).toBeLessThan(60_000);
  expect(warnings).toEqual(["the model takes floats, not pictures: its images are whitened, and the whitening matrix was left out"]);
  const model = await load(bytes);
  expect(() => model.predict(new Uint8Array(3072))).toThrow(/takes a Float32Array/);
  expect(verification).toEqual({
    images: 60,
    pictures: false,
    members: [{ otherClass: 0, otherLogits: 0, largestDifference: 0 }],
    votes: { hard: 0, soft: 0, softmax: 0 },
  });
}, 180_000);
