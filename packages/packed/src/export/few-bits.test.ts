// Layers of several bits, trained a little on real images: the export is exact, on bit planes and as real layers.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BinaryDense } from "@benn/binarize";
import { ARCHITECTURES, BACKENDS, type Binarizer, BINARIZERS, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { load } from "../load.ts";
import { readModel } from "../read-model.ts";
import { compileModel } from "./compile-model.ts";
import { encodeModel } from "./encode-model.ts";
import { exportRun } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-few-bits-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
beforeAll(() => container.resolve(BACKENDS).create("wasm").activate());

const nin = { name: "nin", width: 0.1 };
const bits = (name: string, activationBits: number, kernelBits: number) => ({ name, activationBits, kernelBits });

const members = [
  { count: 1, binarizer: bits("dorefa", 2, 2), architecture: nin },
  { count: 1, binarizer: bits("dorefa", 1, 1), architecture: nin },
  { count: 1, binarizer: bits("lsq", 2, 2), architecture: nin },
  { count: 1, binarizer: bits("lsq", 3, 4), architecture: { ...nin, binary: "all" } },
  { count: 1, binarizer: bits("dorefa", 4, 1), architecture: { name: "resnet20", width: 0.25 } },
  { count: 1, binarizer: bits("lsq", 1, 3), architecture: { name: "resnet20", width: 0.25, activation: "rprelu" } },
  { count: 1, binarizer: bits("lsq", 8, 8), architecture: nin },
  { count: 1, binarizer: bits("dorefa", 8, 8), architecture: { name: "vgg-small", width: 0.125 } },
  { count: 1, binarizer: bits("lsq", 4, 3), architecture: { name: "vgg-small", width: 0.125 } },
];

test("each gives every test image the training graph's logits, bit for bit, however bits are counted", { timeout: 600_000 }, async () => {
  const folder = await trainNets(out, { members, dataset: { trainRows: 100, testRows: 100 } });
  const { bytes, warnings, verification } = await exportRun(folder, { container, verify: true });
  expect(verification).toEqual({
    images: 100,
    pictures: true,
    members: members.map(() => ({ otherClass: 0, otherLogits: 0, largestDifference: 0 })),
    votes: { hard: 0, soft: 0, softmax: 0 },
  });
  const layers = ["conv2", "conv3", "conv4", "conv5", "conv6"];
  const slow = (layer: string) =>
    `${layer} runs as a real layer: 8×8 bits take 64 passes over the bits, and real numbers are faster from 13 on`;
  for (const layer of layers) expect(warnings).toContain(slow(layer));
  for (const warning of warnings) expect(warning).toMatch(/8×8 bits take 64 passes/);

  const { members: packed } = readModel(bytes, "model");
  const opsOf = (member: number) => packed[member]!.nodes.map(({ op }) => op);
  // Codes from convolution to convolution: the only floats are those of the first layer, the average pool and the last.
  const codes = ["conv", "quantize", "planeConv", "maxPool", "planeConv", "planeConv"];
  expect(opsOf(0)).toEqual([...codes, "averagePool", "quantize", "planeConv", "planeConv", "affine", "conv", "relu", "mean"]);
  expect(packed.map(({ nodes }) => nodes.some((node) => node.op === "planeConv" && node.block !== undefined))).toEqual([
    ...Array.from({ length: 6 }, () => false),
    true,
    true,
    false,
  ]);
  const image = Uint8Array.from({ length: 3072 }, (_, i) => (i * 37) % 256);
  const [scalar, ...others] = await Promise.all(
    (["scalar", "simd", "table"] as const).map(async (kernel) => {
      const model = await load(bytes, { kernel });
      return model.predict(image).votes.map(({ logits }) => [...logits]);
    }),
  );
  for (const other of others) expect(other).toEqual(scalar);
});

test("a channel whose batch norm falls has its codes turned, before a max pool and after it, and the graph's logits", async () => {
  const model = build(container.resolve(BINARIZERS).create(bits("dorefa", 3, 2)));
  for (const layer of model.layers.filter((own) => own.name.endsWith("_bn"))) {
    const [gamma, beta, ...statistics] = layer.getWeights();
    if (!gamma || !beta || statistics.length < 2) continue;
    // Every third channel falls, from 0.6 at 0, and the others begin at 0.3: none has all codes.
    const every = (falling: number, rising: number): tf.Tensor =>
      tf.tensor1d(Array.from({ length: gamma.size }, (_, i) => (i % 3 ? rising : falling)));
    tf.tidy(() => layer.setWeights([every(-1.5, 2), every(0.6, 0.3), ...statistics]));
  }
  const { nodes, tensors } = await compileModel(model);
  const turned = nodes.filter((node) => "flips" in node && node.flips !== undefined).map(({ op }) => op);
  expect(turned).toContain("maxPool");
  expect(turned).toContain("planeConv");
  const labels = Array.from({ length: 10 }, (_, i) => `class ${i}`);
  const header = { shape: [16, 16, 3], labels, voter: "soft", preprocessing: "none" } as const;
  const packed = await load(encodeModel(header, [{ architecture: "nin", alpha: 1, nodes }], tensors));
  const random = createRandom(3, "images");
  for (let i = 0; i < 5; i++) {
    const image = Float32Array.from({ length: 16 * 16 * 3 }, () => random.normal());
    const expected = tf.tidy(() => [...(model.apply(tf.tensor4d(image, [1, 16, 16, 3])) as tf.Tensor).dataSync()]);
    expect([...packed.predict(image).votes[0]!.logits]).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(1);
  }
  model.dispose();
});

test("sums that float32 does not hold run as a real layer, by name", async () => {
  const binarizer = container.resolve(BINARIZERS).create(bits("lsq", 2, 6));
  const warningsOf = async (side: number): Promise<readonly string[]> => {
    const dense = new BinaryDense({ name: "dense", binarizer, units: 2 });
    const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [side, side, 3] }), dense] });
    const { warnings } = await compileModel(model);
    model.dispose();
    return warnings;
  };
  expect(await warningsOf(64)).toEqual([]);
  expect(await warningsOf(128)).toEqual([
    "dense runs as a real layer: its sums may pass 2²³, beyond which passes over the bits are not exact",
  ]);
});

test("codes that rise and fall, or are none, are refused by name", async () => {
  const lsq = container.resolve(BINARIZERS).create(bits("lsq", 2, 2));
  const folding: Binarizer = { ...lsq, activations: (x, step, parameters) => tf.tidy(() => lsq.activations(tf.abs(x), step, parameters)) };
  const halves: Binarizer = { ...lsq, kernel: (w, step, parameters) => tf.tidy(() => tf.mul(lsq.kernel(w, step, parameters), 0.5)) };
  for (const [binarizer, says] of [
    [folding, "export: layer conv2 has a binarizer whose codes rise and fall along the values."],
    [halves, "export: layer conv2 has a binarizer whose kernel is not of 2-bit codes."],
  ] as const) {
    const model = build(binarizer);
    await expect(compileModel(model)).rejects.toThrow(UserError);
    await expect(compileModel(model)).rejects.toThrow(says);
    model.dispose();
  }
});

function build(binarizer: Binarizer): tf.LayersModel {
  const architecture = container.resolve(ARCHITECTURES).create({ name: "nin", width: 1 / 16 });
  return architecture.build({ inputShape: [16, 16, 3], classes: 10, binarizer, seed: 1 });
}
