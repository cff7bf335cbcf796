import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { expect, test } from "vitest";
import { readWeights, type WeightValues } from "../train/model-weights.ts";
import type { Checkpoint } from "../train/run-store.ts";
import type { Emitted } from "../train/emitted.ts";
import { writeSafetensors } from "../safetensors.ts";
import { decodeCheckpoint } from "./checkpoint-file.ts";
import { readMember } from "./read-member.ts";
import { RunFolder } from "./run-folder.ts";

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "benn-run-"));

async function saveOneMember(run: RunFolder): Promise<WeightValues> {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: "classes", units: 2, inputShape: [3] })] });
  const weights = await readWeights(model);
  const logits = { train: Float32Array.of(1, 2), test: Float32Array.of(3, 4) };
  await run.saveMember(
    { member: 0, bestEpoch: 4, error: 0.25, alpha: 1, metrics: { accuracy: { train: 0.5, test: 0.25 } } },
    { model, weights, logits },
  );
  model.dispose();
  return weights;
}

test("a member is read back as it was saved, and TensorFlow.js reads its files too", async () => {
  const folder = await newFolder();
  const run = await RunFolder.open(folder);
  const weights = await saveOneMember(run);
  const member = await run.loadMember(0);
  await run.close();
  expect(member.record).toEqual({ member: 0, bestEpoch: 4, error: 0.25, alpha: 1, metrics: { accuracy: { train: 0.5, test: 0.25 } } });
  expect(member.logits).toEqual({ train: Float32Array.of(1, 2), test: Float32Array.of(3, 4) });
  expect(member.weights).toEqual(weights);

  const json = JSON.parse(await readFile(join(folder, "members/000/model.json"), "utf8")) as tf.io.ModelJSON;
  const bin = await readFile(join(folder, "members/000/weights.bin"));
  const loaded = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest[0]!.weights,
      weightData: Uint8Array.from(bin).buffer,
    }),
  );
  expect(Array.from(await loaded.getWeights()[0]!.data())).toEqual(Array.from(weights.get("classes/kernel")!.values));
  loaded.dispose();
});

test("weights that were changed after training are refused", async () => {
  const folder = await newFolder();
  const run = await RunFolder.open(folder);
  await saveOneMember(run);
  await run.close();
  const path = join(folder, "members/000/weights.bin");
  const bytes = await readFile(path);
  bytes[0]! ^= 1;
  await writeFile(path, bytes);
  await expect(readMember(folder, 0)).rejects.toThrow(/weights\.bin has SHA-256 .* The file was changed/);
  await writeFile(path, bytes.subarray(4));
  await expect(readMember(folder, 0)).rejects.toThrow("The file is cut short");
});

test("a checkpoint comes back bit for bit, and the log is cut to what it covers", async () => {
  const folder = await newFolder();
  const run = await RunFolder.open(folder);
  expect(await run.restore()).toBeUndefined();
  const values: WeightValues = new Map([["conv/kernel", { shape: [1, 2], values: Float32Array.of(0.1, -2) }]]);
  const checkpoint: Checkpoint = {
    member: 2,
    training: {
      epoch: 3,
      step: 7,
      lossSum: 0.1 + 0.2,
      metricSums: { accuracy: 5 },
      rows: 9,
      bestEpoch: -1,
      bestScore: 0,
      optimizerStep: 11,
      warned: ["far-below"],
      weights: values,
      best: values,
      slots: { firstMoments: values, flips: values },
    },
  };
  await run.append({ type: "warning", message: "kept", clock: { at: 1 } });
  await run.saveCheckpoint(checkpoint);
  await run.append({ type: "warning", message: "beyond", clock: { at: 2 } });
  await run.close();

  const again = await RunFolder.open(folder);
  expect(await again.restore()).toEqual(checkpoint);
  await again.close();
  expect(await readFile(join(folder, "events.jsonl"), "utf8")).not.toContain("beyond");
  expect((await readdir(join(folder, "checkpoint"))).toSorted()).toEqual(["latest.safetensors"]);
});

test("a member and a checkpoint of older runs are read as they would be written today", async () => {
  const folder = await newFolder();
  const run = await RunFolder.open(folder);
  await saveOneMember(run);
  await run.close();
  const path = join(folder, "members/000/member.json");
  const { metrics, files, ...record } = JSON.parse(await readFile(path, "utf8")) as { metrics: object; files: Record<string, string> };
  const [accuracy, loss] = [0.5, 1.5].map((train) => ({ train, test: train / 2 }));
  await writeFile(path, JSON.stringify({ ...record, accuracy, loss, sha256: files["weights.bin"] }));
  expect(metrics).toBeDefined();
  expect((await readMember(folder, 0)).record.metrics).toEqual({ accuracy, loss });

  const numbers = { epoch: 1, step: 2, lossSum: 3, right: 4, rows: 5, bestEpoch: 0, bestAccuracy: 0.5, optimizerStep: 6 };
  const tensor = { dtype: "F32", shape: [1], data: Float32Array.of(7) } as const;
  const groups = ["weights", "best", "firstMoments", "secondMoments"];
  const bytes = writeSafetensors({
    metadata: { benn: JSON.stringify({ member: 0, events: 8, training: numbers }) },
    tensors: new Map(groups.map((group) => [`${group}:conv/kernel`, tensor])),
  });
  const values = new Map([["conv/kernel", { shape: [1], values: Float32Array.of(7) }]]);
  const { right, bestAccuracy, ...others } = numbers;
  expect(decodeCheckpoint(bytes, "latest").checkpoint.training).toEqual({
    ...others,
    bestScore: bestAccuracy,
    metricSums: { accuracy: right },
    warned: [],
    weights: values,
    best: values,
    slots: { firstMoments: values, secondMoments: values },
  });
});

test("events of an older member that trains ahead of its turn have their metrics by name", async () => {
  const run = await RunFolder.open(await newFolder());
  const none: WeightValues = new Map();
  const numbers = { epoch: 1, step: 0, lossSum: 0, metricSums: {}, rows: 0, bestEpoch: -1, bestScore: 0, optimizerStep: 0 };
  const epoch = { type: "epoch", member: 1, epoch: 0, epochs: 2, loss: 2, learningRate: 0.1 } as const;
  const older = { ...epoch, accuracy: 0.5 } as unknown as Emitted;
  await run.saveAhead(1, { training: { ...numbers, weights: none, best: none, slots: {} }, events: [older] });
  expect((await run.loadAhead(1))?.events).toEqual([{ ...epoch, metrics: { accuracy: 0.5 } }]);
  await run.close();
});

test("sample weights keep all 64 bits", async () => {
  const run = await RunFolder.open(await newFolder());
  await run.saveSampleWeights(1, Float64Array.of(1 / 3, Number.MIN_VALUE));
  expect(await run.loadSampleWeights(1)).toEqual(Float64Array.of(1 / 3, Number.MIN_VALUE));
  await run.close();
});

test("a folder in use is refused, one left locked by a dead process is taken over", async () => {
  const folder = await newFolder();
  const run = await RunFolder.open(folder);
  await expect(RunFolder.open(folder)).rejects.toThrow(/run folder .*: is in use by process \d+ on /);
  await run.close();
  expect(existsSync(join(folder, "lock.json"))).toBe(false);
  const { hostname } = await import("node:os");
  await writeFile(join(folder, "lock.json"), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
  await (await RunFolder.open(folder)).close();
});

test("a checkpoint of a member ahead that a killed process left half written is removed when the run is opened again", async () => {
  const folder = await newFolder();
  await (await RunFolder.open(folder)).close();
  await writeFile(join(folder, "checkpoint/ahead-001.safetensors.part"), "half");
  await writeFile(join(folder, "checkpoint/ahead-002.safetensors"), "whole");
  await (await RunFolder.open(folder)).close();
  expect(await readdir(join(folder, "checkpoint"))).toEqual(["ahead-002.safetensors"]);
});
