import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { binaryLayers } from "@benn/arch-nin";
import { type Binarizer, BINARIZERS, type DependencyContainer } from "@benn/core";
import { createStep, readSafetensors, type SafetensorsEntry, writeSafetensors } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { activateBackend } from "./activate-backend.ts";
import { type Choice, type EdgeValue, otherSides } from "./edge-value.ts";
import { GoldenFile } from "./golden-file.ts";
import { permute } from "./layout.ts";
import { measure } from "./measure.ts";
import { evaluateNin } from "./nin-evaluation.ts";
import { trainNin } from "./nin-training.ts";
import { ninWeightName } from "./nin-weight-name.ts";
import { openContainer } from "./open-container.ts";
import { openFolder } from "./open-folder.ts";

// Golden folders in which some value before a sign may be on either side: our own numbers, with that value on the side that it does not
// have.

const FIXTURE = readFileSync(fileURLToPath(new URL("../fixtures/nin_sb.safetensors", import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), "benn-edges-"));
afterAll(() => rmSync(scratch, { recursive: true }));
beforeAll(() => activateBackend("wasm"));

const LAYER = "conv5";
const layer = binaryLayers("nin").indexOf(LAYER);
const OFFSETS = "before/xnor.8.bn.bias";

type Tensors = Map<string, SafetensorsEntry>;
const container: DependencyContainer = await openContainer();

/** The fixture with one step of training. */
function oneStep(): Tensors {
  const { tensors } = readSafetensors(FIXTURE, "fixture");
  const first = [...tensors].filter(([name]) => !name.startsWith("after_step3/"));
  return new Map(first).set("losses", { dtype: "F64", shape: [1], data: new Float64Array(1) });
}

/** A golden folder of these tensors alone. */
function folderOf(tensors: Tensors): string {
  const folder = mkdtempSync(join(scratch, "folder-"));
  const { metadata } = readSafetensors(FIXTURE, "fixture");
  writeFileSync(join(folder, "nin.safetensors"), writeSafetensors({ metadata, tensors }));
  return folder;
}

const fileOf = (tensors: Tensors): GoldenFile => new GoldenFile(join(folderOf(tensors), "nin.safetensors"), "nin.safetensors");

const batchOf = (file: GoldenFile) => {
  const labels = Int32Array.from(file.numbers("y"));
  return { rows: Int32Array.from(labels.keys()), labels };
};

/** The value before the layer's sign that is nearest to the edge, in the first step or in evaluation. */
async function nearest(tensors: Tensors, edge: EdgeValue["edge"], step: number | undefined): Promise<EdgeValue> {
  const seen: tf.Tensor[] = [];
  const binarizer = container.resolve(BINARIZERS).create("deterministic");
  const activations: Binarizer["activations"] = (x, ...rest) => {
    seen.push(tf.keep(x.clone()));
    return binarizer.activations(x, ...rest);
  };
  const watched = await openContainer();
  const { definition } = watched.resolve(BINARIZERS).entry("deterministic");
  const create = definition.create;
  Object.assign(definition, { create: () => ({ ...binarizer, activations }) });
  try {
    const file = fileOf(tensors);
    await (step === undefined ? evaluateNin(file, watched, []) : trainNin(file, watched, createStep, batchOf(file), []));
  } finally {
    Object.assign(definition, { create });
  }
  const { shape } = seen[layer]!;
  const values = await seen[layer]!.data<"float32">();
  tf.dispose(seen);
  const [at, value] = [...values.entries()].reduce((a, b) => (Math.abs(b[1] - edge) < Math.abs(a[1] - edge) ? b : a));
  const [, height = 1, width = 1, channels = 1] = shape;
  const indices = [...values.entries()]
    .filter(([other, equal]) => equal === value && other % channels === at % channels)
    .map(([at]) =>
      [at / (height * width * channels), (at / (width * channels)) % height, (at / channels) % width, at % channels].map(Math.floor),
    );
  return { step, layer, indices, edge, value };
}

/** The fixture with the channel's offset shifted until a value is on the edge, and with numbers that treat it as `choose` says. */
async function onEdge(
  edge: EdgeValue["edge"],
  step: number | undefined,
  choose: (sides: readonly Choice[]) => Choice | undefined,
  away = 0,
): Promise<{ tensors: Tensors; value: EdgeValue }> {
  const tensors = oneStep();
  let value = await nearest(tensors, edge, step);
  for (let tries = 0; tries < 3 && value.value !== edge + away; tries++) {
    const entry = tensors.get(OFFSETS)!;
    const data = Float32Array.from(entry.data, Number);
    const channel = value.indices[0]?.at(-1) ?? 0;
    data[channel] = (data[channel] ?? 0) + edge + away - value.value;
    tensors.set(OFFSETS, { ...entry, data });
    value = await nearest(tensors, edge, step);
  }
  const choice = choose(otherSides(value));
  return { tensors: await withNumbers(tensors, choice ? [choice] : []), value };
}

/** The same weights and images with the numbers that we compute with these choices. */
async function withNumbers(tensors: Tensors, choices: readonly Choice[]): Promise<Tensors> {
  const file = fileOf(tensors);
  const { result: evaluation } = await evaluateNin(file, container, choices);
  const { result: training } = await trainNin(file, container, createStep, batchOf(file), choices);
  const own = (name: string): string => ninWeightName("nin", name);
  const numbers = (name: string): ArrayLike<number> | undefined => {
    const [group = "", rest = ""] = name.split(/\/(.*)/s);
    if (name === "eval_logits") return evaluation.logits;
    if (name === "train_logits_step0") return training.logits;
    if (name === "losses") return training.losses;
    if (group === "latent_after_binarize") return evaluation.latents[Number(rest)];
    if (group === "binarized") return evaluation.binarized[Number(rest)];
    if (group === "raw_grad_step0") return training.rawGradients.get(own(rest));
    if (group === "grad_step0") return training.gradients.get(own(rest));
    const [, after] = /^after_step(\d+)$/.exec(group) ?? [];
    return after === undefined ? undefined : training.weights[Number(after) - 1]?.get(own(rest));
  };
  return new Map(
    [...tensors].map(([name, entry]) => {
      const values = numbers(name);
      if (!values) return [name, entry];
      if (entry.dtype === "F64") return [name, { ...entry, data: Float64Array.from(values) }];
      const [filters = 1, channels = 1, height = 1, width = 1] = entry.shape;
      const data = Float32Array.from(values);
      const hwio = { shape: [height, width, channels, filters], values: data };
      return [name, { ...entry, data: entry.shape.length === 4 ? permute(hwio, [3, 2, 0, 1]).values : data }];
    }),
  );
}

async function hold(tensors: Tensors, parts = false): Promise<{ failed: string[]; notes: readonly string[] }> {
  const [file] = openFolder(folderOf(tensors), container, { parts });
  const failed = [];
  for (const check of file?.checks ?? []) if (!(await measure(check)).passed) failed.push(check.name);
  return { failed, notes: (file?.notes() ?? []).filter((note) => /edge/.test(note)) };
}

test.for([
  [1, 0, true],
  [0, 0, false],
  [0, 1, false],
] as const)(
  "a value of training within rounding of %i is named, and all numbers are held to its other side (%i)",
  async ([edge, which, parts]) => {
    const { tensors, value } = await onEdge(edge, 0, (sides) => sides[which]);
    expect(Math.abs(value.value - edge)).toBeLessThan(3e-7);
    const { failed, notes } = await hold(tensors, parts);
    expect(failed).toEqual([]);
    expect(notes[0]).toContain(`On an edge: step 0, ${LAYER} [${value.indices[0]?.join(", ")}]`);
    expect(notes.filter((note) => note.startsWith("On an edge:"))).toHaveLength(1);
  },
);

test("a value of evaluation within rounding of 0 is named", async () => {
  const { tensors, value } = await onEdge(0, undefined, (sides) => sides[0]);
  const { failed, notes } = await hold(tensors);
  expect(failed).toEqual([]);
  expect(notes).toEqual([expect.stringContaining(`On an edge: evaluation, ${LAYER} [${value.indices[0]?.join(", ")}]`)]);
});

test("a value on an edge hides no other fault", async () => {
  const { tensors } = await onEdge(1, 0, (sides) => sides[0]);
  const wrong = tensors.get("grad_step0/xnor.9.conv.bias")!;
  const data = Float32Array.from(wrong.data, Number).map((gradient) => gradient * 1.0002);
  const { failed, notes } = await hold(new Map(tensors).set("grad_step0/xnor.9.conv.bias", { ...wrong, data }));
  expect(failed).toContain("grad_step0/xnor.9.conv.bias");
  expect(notes).toContainEqual(expect.stringMatching(/lie on an edge: 1\. On no side of it do they explain what fails\.$/));
});

test("a value that is away from the edge by more than rounding stays a fault", async () => {
  const { tensors } = await onEdge(1, 0, (sides) => sides[0], 1e-5);
  const { failed, notes } = await hold(tensors);
  expect(failed).toContain("grad_step0/xnor.6.conv.weight");
  expect(notes.filter((note) => note.startsWith("On an edge"))).toEqual([]);
});

test("a value on an edge is not spoken of where all numbers fit as they are", async () => {
  const { tensors } = await onEdge(1, 0, () => undefined);
  expect(await hold(tensors)).toEqual({ failed: [], notes: [] });
});
