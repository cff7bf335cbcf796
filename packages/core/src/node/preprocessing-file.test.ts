import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Preprocessing } from "../preprocessing.ts";
import { readSafetensors } from "../safetensors.ts";
import { writePreprocessing } from "./preprocessing-file.ts";

async function written(preprocessing: Preprocessing): Promise<Buffer | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "benn-preprocessing-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writePreprocessing(folder, { preprocessing, provenance: { source: "made" } });
  return (await readdir(folder)).length > 0 ? readFile(join(folder, "preprocessing.safetensors")) : undefined;
}

const standardize = (mean: number) => ({ operation: "standardize", mean: Float32Array.of(mean), deviation: Float32Array.of(2) }) as const;
const whiten = { operation: "whiten", mean: Float32Array.of(1, 2), matrix: Float32Array.of(1, 0, 0, 1) } as const;

test("the file has the operations in order, and their arrays under names that are taken once", async () => {
  const custom = { operation: "custom", name: "grey world", lower: () => [standardize(5)] } as const;
  const bytes = await written([
    { operation: "resizeShorterSide", side: 40 },
    { operation: "reverseChannels" },
    custom,
    { operation: "contrastNormalize", scale: 55 },
    whiten,
    standardize(7),
    { operation: "custom", name: "blur" },
  ]);
  const { metadata, tensors } = readSafetensors(bytes!, "preprocessing");
  expect(JSON.parse(metadata["preprocessing"] ?? "")).toEqual([
    { operation: "resizeShorterSide", side: 40 },
    { operation: "reverseChannels" },
    { operation: "standardize", mean: "mean", deviation: "deviation" },
    { operation: "contrastNormalize", scale: 55 },
    { operation: "whiten", mean: "zcaMean", matrix: "zcaMatrix" },
    { operation: "standardize", mean: "mean.5", deviation: "deviation.5" },
    { operation: "custom", name: "blur" },
  ]);
  expect(JSON.parse(metadata["provenance"] ?? "")).toEqual({ source: "made" });
  expect(Object.fromEntries([...tensors].map(([name, { data }]) => [name, [...data]]))).toEqual({
    mean: [5],
    deviation: [2],
    zcaMean: [1, 2],
    zcaMatrix: [1, 0, 0, 1],
    "mean.5": [7],
    "deviation.5": [2],
  });
});

test("the same operations give the same bytes, and none give no file", async () => {
  expect(await written([standardize(5), whiten])).toEqual(await written([standardize(5), whiten]));
  expect(await written([standardize(5), whiten])).not.toEqual(await written([whiten, standardize(5)]));
  expect(await written([])).toBeUndefined();
});

test("arrays by name, as datasets returned before, are refused with what to return", async () => {
  const byName = { mean: Float32Array.of(1), deviation: Float32Array.of(1) } as unknown as Preprocessing;
  await expect(written(byName)).rejects.toThrow(
    'dataset: preprocessing is ["mean","deviation"] by name, not a list of operations. Return a list, for example [{ operation: "standardize", mean, deviation }]',
  );
});
