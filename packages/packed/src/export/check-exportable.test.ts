import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARCHITECTURES, BACKENDS, BINARIZERS, DATASETS, UserError, VOTERS } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { load } from "../load.ts";
import { checkExportable } from "./check-exportable.ts";
import { exportRun } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-exportable-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
beforeAll(() => container.resolve(BACKENDS).create("wasm").activate());

interface Parts {
  readonly architecture: { readonly name: string; readonly opaque?: boolean };
  readonly preprocessing: string;
  readonly voter: string;
}
const dataset = ({ preprocessing }: Parts) => ({ name: "pictures", height: 12, width: 10, preprocessing });

/** The sentences reported before training. */
async function check(parts: Parts): Promise<readonly string[]> {
  const data = await container
    .resolve(DATASETS)
    .create(dataset(parts))
    .load({ validation: 0, random: createRandom(1, "validation") });
  const binarizer = container.resolve(BINARIZERS).create("deterministic");
  const [classes, inputShape] = [data.labels.length, data.shape];
  const model = container.resolve(ARCHITECTURES).create(parts.architecture).build({ inputShape, classes, binarizer, seed: 1 });
  const before = tf.memory().numTensors;
  const sentences = await checkExportable({
    model,
    data,
    voter: { name: parts.voter, voter: container.resolve(VOTERS).create(parts.voter) },
  });
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
  return sentences;
}

/** Trains two members and exports them. */
async function exported(parts: Parts) {
  const members = [{ count: 2, architecture: parts.architecture }];
  const folder = await trainNets(out, { members, validation: 0.25, dataset: dataset(parts) });
  return exportRun(folder, { container, voter: parts.voter, verify: true });
}

test("a plugin's net, preprocessing and fitted voter pass the check, and their file has the logits and the votes of the run", async () => {
  const parts = { architecture: { name: "plugin-net" }, preprocessing: "lowers", voter: "weighing" };
  expect(await check(parts)).toEqual([]);
  const { bytes, verification, warnings } = await exported(parts);
  expect(warnings).toEqual([]);
  expect(verification).toEqual({
    images: 40,
    pictures: true,
    members: [1, 2].map(() => ({ otherClass: 0, otherLogits: 0, largestDifference: 0 })),
    votes: { hard: 0, soft: 0, softmax: 0, weighing: 0 },
  });
  const { voter, members } = await load(bytes);
  expect(voter).toBe("soft");
  // Shares of the 24 held-out rows, not bagging's alphas of 1.
  for (const { alpha } of members) expect([alpha < 1, 24 * alpha]).toEqual([true, Math.round(24 * alpha)]);
});

test.for<[string, Partial<Parts>, string]>([
  [
    "a layer",
    { architecture: { name: "plugin-net", opaque: true } },
    "export: layer opaque (Custom) is of a kind that a packed model does not know. Replace it, or give it a lower method: docs/packed.md.",
  ],
  [
    "a preprocessing operation",
    { preprocessing: "opaque" },
    'export: the preprocessing operation "film" has no lower method, so a packed model cannot do it. ' +
      "Give it one, or let the dataset list no preprocessing, and the model takes floats: docs/packed.md.",
  ],
  [
    "a voter",
    { voter: "median" },
    'export: the voter "median" has no lower method, so a packed model cannot take its vote. ' +
      "Give it one (docs/packed.md), or choose another: hard, soft, softmax.",
  ],
])("%s that does not lower is refused before training, and in the same words by the export", async ([, change, sentence]) => {
  const parts = { architecture: { name: "plugin-net" }, preprocessing: "standardize", voter: "soft", ...change };
  expect(await check(parts)).toEqual([sentence]);
  await expect(exported(parts)).rejects.toThrow(new UserError(sentence));
});

test("what is no refusal but a fault in a plugin is thrown", async () => {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [2, 2, 3] }), tf.layers.globalAveragePooling2d({})] });
  const voter = {
    vote: () => new Float64Array(),
    lower: (): never => {
      throw new RangeError("a fault");
    },
  };
  await expect(checkExportable({ model, data: { preprocessing: [], shape: [2, 2, 3] }, voter: { name: "own", voter } })).rejects.toThrow(
    new RangeError("a fault"),
  );
  model.dispose();
});

test("everything that cannot be exported is listed at once", async () => {
  const sentences = await check({ architecture: { name: "plugin-net", opaque: true }, preprocessing: "opaque", voter: "median" });
  expect(sentences.map((sentence) => /layer|preprocessing|voter/.exec(sentence)?.[0])).toEqual(["voter", "preprocessing", "layer"]);
});
