import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { normal } from "../../test/finite-differences.ts";
import { BatchNorm } from "./batch-norm.ts";

test("running statistics take up the batch's mean and its unbiased variance, and evaluation uses them", () => {
  const layer = new BatchNorm({ name: "bn" });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [2] }), layer] });
  const x = tf.tensor2d([1, 10, 2, 20, 6, 0], [3, 2]); // means 3 and 10; squares sum to 14 and 200
  tf.tidy(() => void model.apply(x, { training: true }));
  const [gamma, beta, mean, variance] = layer.getWeights().map((weight) => [...weight.dataSync()]);
  expect([gamma, beta]).toEqual([
    [1, 1],
    [0, 0],
  ]);
  expect(mean?.map((m) => m.toFixed(5))).toEqual([0.3, 1].map((m) => m.toFixed(5)));
  expect(variance?.map((v) => v.toFixed(4))).toEqual([0.9 + 0.1 * 7, 0.9 + 0.1 * 100].map((v) => v.toFixed(4)));
  const y = tf.tidy(() => [...(model.predict(x) as tf.Tensor).dataSync()]);
  expect(y[0]).toBeCloseTo((1 - 0.3) / Math.sqrt(1.6 + 1e-4), 4);
  x.dispose();
  model.dispose();
});

test("told to normalise by its batch, it does so in evaluation too, and keeps that batch's mean and biased variance alone", () => {
  const layer = new BatchNorm({ name: "bn" });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [2] }), layer] });
  const [before, x] = [tf.tensor2d([7, 7, 8, 9], [2, 2]), tf.tensor2d([1, 10, 2, 20, 6, 0], [3, 2])];
  const apply = (x: tf.Tensor): number[] => tf.tidy(() => [...(model.predict(x) as tf.Tensor).dataSync()]);
  apply(x);
  const { numTensors } = tf.memory();
  layer.normalizeByBatch(true);
  apply(before);
  const y = apply(x);
  layer.normalizeByBatch(false);
  expect(y[0]).toBeCloseTo((1 - 3) / Math.sqrt(14 / 3 + 1e-4), 4);
  const [, , mean, variance] = layer.getWeights().map((weight) => [...weight.dataSync()]);
  expect(mean).toEqual([3, 10]);
  expect(variance).toEqual([14 / 3, 200 / 3].map((value) => expect.closeTo(value, 4)));
  expect(apply(before)[0]).toBeCloseTo((7 - 3) / Math.sqrt(14 / 3 + 1e-4), 4);
  expect(tf.memory().numTensors).toBe(numTensors);
  tf.dispose([before, x]);
  model.dispose();
});

test("without affine there is nothing to train", () => {
  const layer = new BatchNorm({ name: "bn", affine: false });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [3, 3, 4] }), layer] });
  expect(model.trainableWeights).toHaveLength(0);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const x = normal([2, 3, 3, 4], 1);
    for (let i = 0; i < 3; i++) model.apply(x, { training: true });
  });
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

test("a map is normalised as the list of its pixels is", () => {
  tf.tidy(() => {
    const x = normal([2, 4, 3, 5], 6);
    const [map, list] = [new BatchNorm(), new BatchNorm()];
    for (const training of [true, false]) {
      const y = map.apply(x, { training }) as tf.Tensor;
      expect([...y.dataSync()]).toEqual([...(list.apply(tf.reshape(x, [24, 5]), { training }) as tf.Tensor).dataSync()]);
    }
    const statistics = (layer: BatchNorm) => layer.getWeights().map((weight) => [...weight.dataSync()]);
    expect(statistics(map)).toEqual(statistics(list));
  });
});

test("a layer that was built is not built again", () => {
  tf.tidy(() => {
    const layer = new BatchNorm();
    layer.build([null, 3]);
    layer.apply(tf.ones([2, 3]));
    expect(layer.weights).toHaveLength(4);
  });
});
