import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Binarizer, createContainer, LOSSES, OPTIMIZERS, type LayerContext, UserError } from "@benn/core";
import { createStep, EVALUATION, memberOptimizer, readSafetensors, summarizeModel } from "@benn/core/internals";
import { testBinarizer } from "@benn/core/testing";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { normal } from "../../test/finite-differences.ts";
import { learnedSteps } from "../../test/learned-steps.ts";
import { runTiny, tinyConfig } from "../../test/run-tiny.ts";
import { deterministic } from "../deterministic.ts";
import { none } from "../none.ts";
import { BinaryConv2D } from "./binary-conv2d.ts";
import { BinaryDense } from "./binary-dense.ts";

testBinarizer("with learned steps of 2 and 3 bits", () => learnedSteps(2, 3));
testBinarizer("with learned thresholds of signs and steps of 4 bits", () => learnedSteps(1, 4));

function net(binarizer: Binarizer) {
  const conv = new BinaryConv2D({ name: "conv", binarizer, filters: 3, kernelSize: 3, padding: "same" });
  const dense = new BinaryDense({ name: "dense", binarizer, units: 2 });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4, 4, 2] }), conv, tf.layers.flatten(), dense] });
  const prepare = (step: LayerContext) => [conv, dense].forEach((layer) => layer.prepare(step));
  return { model, conv, dense, prepare };
}

const namesOf = (model: tf.LayersModel) => model.trainableWeights.map(({ originalName }) => originalName);

test("parameters of a binarizer are trainable weights under the layer's name, beginning as it says", () => {
  const { model, conv } = net(learnedSteps(2, 3));
  const ofLayer = (name: string) => ["kernel", "bias", "threshold", "scale"].map((weight) => `${name}/${weight}`);
  expect(namesOf(model)).toEqual([...ofLayer("conv"), ...ofLayer("dense")]);
  expect(conv.parameters["threshold"]?.dataSync()).toEqual(Float32Array.of(1.5, 1.5));
  const [kernel] = conv.getWeights();
  const largest = tf.tidy(() => tf.mul(tf.max(tf.abs(kernel!), [0, 1, 2]), 0.9).dataSync());
  expect(conv.parameters["scale"]?.dataSync()).toEqual(largest);
  model.dispose();
});

test("a binarizer without parameters adds no weight", () => {
  const { model } = net(deterministic);
  expect(namesOf(model)).toEqual(["conv/kernel", "conv/bias", "dense/kernel", "dense/bias"]);
  model.dispose();
});

test.for(["kernel", "bias"])('a parameter called "%s" is refused: the layer has such a weight', (name) => {
  const binarizer: Binarizer = { ...none, parameters: () => ({ [name]: tf.scalar(1) }) };
  expect(() => net(binarizer)).toThrow(UserError);
  expect(() => net(binarizer)).toThrow(`layer conv: its binarizer has a parameter "${name}"`);
});

test.for<[Parameters<typeof learnedSteps>[0], Parameters<typeof learnedSteps>[1]]>([
  [2, 3],
  [1, 4],
  [8, 1],
  [4, 32],
])("%i-bit activations and %i-bit kernels are convolved and multiplied as real numbers", ([activations, kernel]) => {
  const binarizer: Binarizer =
    kernel === 32
      ? { ...learnedSteps(activations, 8), bits: { activations, kernel }, kernel: none.kernel }
      : learnedSteps(activations, kernel);
  const { model, conv, dense, prepare } = net(binarizer);
  prepare(EVALUATION);
  tf.tidy(() => {
    const x = normal([5, 4, 4, 2], 1);
    const inputs = (layer: BinaryConv2D | BinaryDense, x: tf.Tensor) => binarizer.activations(x, EVALUATION, layer.parameters);
    const weights = (layer: BinaryConv2D | BinaryDense) => binarizer.kernel(layer.getWeights()[0]!, EVALUATION, layer.parameters);
    const map = tf.conv2d(inputs(conv, x) as tf.Tensor4D, weights(conv) as tf.Tensor4D, 1, "same");
    const expected = tf.matMul(inputs(dense, tf.reshape(map, [5, -1])), weights(dense)).dataSync();
    for (const [i, value] of (model.predict(x) as tf.Tensor).dataSync().entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });
  model.dispose();
});

test("training moves every parameter, keeps no tensor, and the weights of the model hold all of it", () => {
  const { numTensors } = tf.memory();
  const { model, prepare } = net(learnedSteps(2, 3));
  const container = createContainer();
  const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: container.resolve(OPTIMIZERS).create("adam") }]);
  const takeStep = createStep({ model, optimizer, loss: container.resolve(LOSSES).create("cross-entropy") });
  const x = normal([5, 4, 4, 2], 1) as tf.Tensor4D;
  const before = model.getWeights().map((weight) => weight.dataSync().slice());
  const tensors = new Set<number>();
  for (let seed = 0; seed < 5; seed++) {
    const labels = Int32Array.of(0, 1, 0, 1, 0);
    takeStep({ images: () => x.clone(), labels, learningRate: 0.01, seed, epoch: 0, epochs: 1 }).loss.dispose();
    tensors.add(tf.memory().numTensors);
  }
  expect(tensors.size).toBe(1);
  const after = model.getWeights();
  for (const [i, name] of namesOf(model).entries()) expect(after[i]!.dataSync(), name).not.toEqual(before[i]);

  const { model: other, prepare: prepareOther } = net(learnedSteps(2, 3));
  other.setWeights(after);
  for (const each of [prepare, prepareOther]) each(EVALUATION);
  tf.tidy(() => {
    expect((other.predict(x) as tf.Tensor).dataSync()).toEqual((model.predict(x) as tf.Tensor).dataSync());
  });
  optimizer.dispose();
  for (const each of [x, model, other]) each.dispose();
  expect(tf.memory().numTensors).toBe(numTensors);
});

test("a binarizer learns the epoch in training calls, and is in its final form in all others", () => {
  const seen: LayerContext[] = [];
  const binarizer: Binarizer = {
    ...none,
    activations: (x, step) => {
      seen.push(step);
      return x.clone();
    },
  };
  const layer = new BinaryDense({ name: "dense", binarizer, units: 2 });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [3] }), layer] });
  seen.length = 0;
  layer.prepare({ training: true, seed: 1, epoch: 3, epochs: 20 });
  tf.tidy(() => {
    for (const training of [true, false]) model.apply(tf.ones([1, 3]), { training });
  });
  expect(seen.map(({ training, epoch, epochs }) => [training, epoch, epochs])).toEqual([
    [true, 3, 20],
    [false, 20, 20],
  ]);
  model.dispose();
});

test("a kernel of 3 bits is counted at 3 bits a weight and a scale a filter, and its multiply-adds as real ones", () => {
  const { model } = net(learnedSteps(1, 3));
  const conv = summarizeModel(model).layers.find(({ name }) => name === "conv");
  const [kernel, threshold, filters] = [3 * 3 * 2 * 3, 2, 3];
  expect(conv).toMatchObject({
    parameters: kernel + threshold + 2 * filters,
    binaryParameters: 0,
    binaryMultiplyAdds: 0,
    realMultiplyAdds: 16 * kernel,
  });
  expect(conv?.bytes).toBe(Math.ceil((3 * kernel) / 8) + 4 * (filters + threshold + 2 * filters));
  model.dispose();
});

test("a run keeps trained parameters with the other weights, and ends with the same bytes after it was cut and resumed", async () => {
  const binarizer = learnedSteps(2, 3);
  const whole = await runTiny(binarizer, tinyConfig);
  for (const cutAfter of [10, 22]) {
    const cut = await runTiny(binarizer, tinyConfig, { cutAfter });
    const checkpoint = await readFile(join(cut, "checkpoint", "latest.safetensors"));
    const names = [...readSafetensors(checkpoint, "latest.safetensors").tensors.keys()];
    for (const group of ["weights", "best", "firstMoments", "secondMoments"]) expect(names).toContain(`${group}:conv/threshold`);
    await runTiny(binarizer, undefined, { resume: cut });
    for (const file of ["model.json", "weights.bin"]) {
      const [one, other] = [whole, cut].map((folder) => readFile(join(folder, "members", "001", file)));
      expect(await other, `${file}, cut after event ${cutAfter}`).toEqual(await one);
    }
  }
});

test("in a run a binarizer learns each epoch of the member, and is scored in its final form", async () => {
  const seen = new Set<string>();
  const kernel: Binarizer["kernel"] = (w, { training, epoch, epochs }) => {
    seen.add(training ? `training ${epoch} of ${epochs}` : `evaluation ${epoch / epochs}`);
    return w.clone();
  };
  await runTiny({ ...none, kernel }, { ...tinyConfig, epochs: 3 });
  // The check before the first epoch also calls it with a training step that belongs to no run.
  const inRun = [...seen].filter((step) => !step.startsWith("training") || step.endsWith("of 3"));
  expect(inRun.toSorted()).toEqual(["evaluation 1", "training 0 of 3", "training 1 of 3", "training 2 of 3"]);
});
