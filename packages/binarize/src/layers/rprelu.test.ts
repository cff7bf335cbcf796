import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { expectGradient, normal } from "../../test/finite-differences.ts";
import { RPReLU } from "./rprelu.ts";

const SHAPE = [3, 2, 2, 4];

/** With weights that differ from the initial ones. */
function moved() {
  const layer = new RPReLU({ name: "act" });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: SHAPE.slice(1) }), layer] });
  const weights = [1, 2, 3].map((seed) => normal([4], seed, 0.5));
  layer.setWeights(weights);
  const values = weights.map((weight) => weight.dataSync<"float32">().slice()) as [Float32Array, Float32Array, Float32Array];
  tf.dispose(weights);
  return { model, layer, weights: values };
}

test("is a line of slope 1 above the shift of its channel and of the trained slope below", () => {
  const { model, layer, weights } = moved();
  const [shift, slope, offset] = weights;
  tf.tidy(() => {
    const x = normal(SHAPE, 4);
    const y = (layer.apply(x) as tf.Tensor).dataSync();
    for (const [i, value] of x.dataSync().entries()) {
      const [c, above] = [i % 4, value > shift[i % 4]!];
      expect(y[i]).toBeCloseTo((value - shift[c]!) * (above ? 1 : slope[c]!) + offset[c]!, 5);
    }
  });
  model.dispose();
});

test("starts as a leaky ReLU of slope 0.25", () => {
  tf.tidy(() => {
    const layer = new RPReLU({ name: "act" });
    expect([...(layer.apply(tf.tensor2d([[-4, 0, 4]])) as tf.Tensor).dataSync()]).toEqual([-1, 0, 4]);
    expect(layer.trainableWeights.map(({ originalName }) => originalName)).toEqual(["act/shift", "act/slope", "act/offset"]);
    layer.dispose();
  });
});

test("its gradients, by the values and by each weight, are those of the formula", () => {
  const { model, layer, weights } = moved();
  const [shift, slope] = weights;
  // No value within a step of the kink.
  const x = tf.tidy(() => {
    const values = normal(SHAPE, 5);
    return tf.add(tf.add(values, tf.mul(tf.sign(values), 0.1)), tf.tensor1d(shift));
  });
  expectGradient((x) => layer.call(x), x);
  const upstream = normal(SHAPE, 7);
  const expected = [0, 1, 2].map(() => [0, 0, 0, 0]);
  const [values, g] = [x.dataSync(), upstream.dataSync()];
  for (const [i, value] of values.entries()) {
    const [c, t] = [i % 4, value - shift[i % 4]!];
    const by = [-g[i]! * (t > 0 ? 1 : slope[c]!), g[i]! * Math.min(0, t), g[i]!];
    for (const [own, sums] of expected.entries()) sums[c]! += by[own]!;
  }
  tf.tidy(() => {
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(layer.call(x), upstream)).asScalar(), variables);
    for (const [own, variable] of variables.entries())
      for (const [c, value] of grads[variable.name]!.dataSync().entries()) expect(value).toBeCloseTo(expected[own]![c]!, 4);
  });
  tf.dispose([x, upstream]);
  model.dispose();
});
