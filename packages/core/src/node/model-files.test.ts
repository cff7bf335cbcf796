import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { readWeights, type WeightValues } from "../train/model-weights.ts";
import { checksum } from "./checksum.ts";
import { encodeModel, readModelFiles } from "./model-files.ts";

let files: ReturnType<typeof encodeModel>;
let weights: WeightValues;
beforeAll(async () => {
  await tf.setBackend("cpu");
  tf.layers.dense({ units: 1 }); // generated names count on
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 3 }), tf.layers.dense({ name: "classes", units: 1 })] });
  weights = await readWeights(model);
  files = encodeModel(model, weights);
});

const json = () => JSON.parse(files["model.json"] as string) as { weightsManifest: [{ paths: string[]; weights: object[] }] } & object;

async function folderWith(own: Partial<Record<"weights.bin" | "model.json", string | Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "benn-model-"));
  for (const [name, contents] of Object.entries({ ...files, ...own })) await writeFile(join(folder, name), contents);
  return folder;
}

test("a model's files are TensorFlow.js's layers format, with names that do not depend on what else was built", () => {
  expect(Object.keys(files)).toEqual(["weights.bin", "model.json"]);
  const text = files["model.json"] as string;
  expect(text.endsWith("\n")).toBe(true);
  expect(json()).toMatchObject({ format: "layers-model", generatedBy: "benn", convertedBy: null });
  expect(json().weightsManifest).toEqual([
    {
      paths: ["weights.bin"],
      weights: [
        { name: "dense_Dense1/kernel", shape: [2, 3], dtype: "float32" },
        { name: "dense_Dense1/bias", shape: [3], dtype: "float32" },
        { name: "classes/kernel", shape: [3, 1], dtype: "float32" },
        { name: "classes/bias", shape: [1], dtype: "float32" },
      ],
    },
  ]);
  expect(text).toContain('"dense_Dense1"');
  expect(text).not.toMatch(/dense_Dense([02-9]|1\d)/);
  expect(files["weights.bin"]).toHaveLength(4 * 13);
});

test("weights are read as they were, and held against the checksums that are known", async () => {
  const folder = await folderWith();
  expect(await readModelFiles(folder)).toEqual(weights);
  const sums = { "weights.bin": checksum(files["weights.bin"]), "model.json": checksum(files["model.json"]) };
  expect(await readModelFiles(folder, sums)).toEqual(weights);
  for (const name of ["weights.bin", "model.json"] as const) {
    expect(await readModelFiles(folder, { [name]: sums[name] })).toEqual(weights);
    await expect(readModelFiles(folder, { [name]: checksum("") })).rejects.toThrow(
      `${folder}: ${name} has SHA-256 ${sums[name]}, not ${checksum("")} as when it was written. The file was changed; restore it or retrain.`,
    );
  }
});

test("files that are missing, are no such model, or do not belong together are refused", async () => {
  const bytes = files["weights.bin"] as Uint8Array;
  await expect(readModelFiles(await folderWith({ "weights.bin": bytes.subarray(0, 51) }))).rejects.toThrow(
    /weights\.bin: has 51 bytes, but model\.json needs at least 52\. The file is cut short\./,
  );
  await expect(readModelFiles(await folderWith({ "weights.bin": Buffer.concat([bytes, bytes]) }))).rejects.toThrow(
    /weights\.bin: has 104 bytes, but model\.json needs 52\. The two do not belong together\./,
  );
  const [manifest] = json().weightsManifest;
  for (const wrong of [
    "{",
    "{}",
    JSON.stringify({ weightsManifest: [] }),
    JSON.stringify({ weightsManifest: [{ ...manifest, paths: ["a", "b"] }] }),
    JSON.stringify({ weightsManifest: [{ ...manifest, weights: [{ ...manifest.weights[0], dtype: "int32" }] }] }),
    JSON.stringify({ weightsManifest: [{ ...manifest, weights: [{ ...manifest.weights[0], shape: [-1] }] }] }),
  ])
    await expect(readModelFiles(await folderWith({ "model.json": wrong }))).rejects.toThrow(
      /model\.json: is not a layers model with one file of float32 weights\. Was it written by benn\?/,
    );
  for (const name of ["weights.bin", "model.json"]) {
    const folder = await folderWith();
    await rm(join(folder, name));
    await expect(readModelFiles(folder)).rejects.toThrow(
      `${join(folder, name)}: cannot be read: it does not exist (ENOENT). Is its folder`,
    );
  }
});
