import type { Binarizer, LayerContext } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { normal } from "../../test/finite-differences.ts";
import { approxSign } from "../approx-sign.ts";
import { deterministic } from "../deterministic.ts";
import { ede } from "../ede.ts";
import { recu } from "../recu.ts";
import { BinaryConv2D } from "./binary-conv2d.ts";
import { BinaryDense } from "./binary-dense.ts";
import type { BinaryLayer } from "./binary-layer.ts";

const step: LayerContext = { training: true, seed: 1, epoch: 3, epochs: 20 };

/** The binarizer, and how often layers called its `activations`. */
function counting(binarizer: Binarizer): { readonly binarizer: Binarizer; readonly calls: () => number } {
  let calls = 0;
  const activations: Binarizer["activations"] = (...args) => {
    calls++;
    return binarizer.activations(...args);
  };
  return { binarizer: { ...binarizer, activations }, calls: () => calls };
}

/** Outputs in evaluation and in training, and the gradients by the input and the kernel. */
function outcome(layer: BinaryLayer, shape: readonly number[]): Float32Array[] {
  layer.prepare(step);
  return tf.tidy(() => {
    const x = normal(shape, 2);
    const weights = normal((layer.apply(x) as tf.Tensor).shape, 3);
    const loss = (x: tf.Tensor, training: boolean): tf.Tensor => tf.sum(tf.mul(layer.apply(x, { training }) as tf.Tensor, weights));
    const { grads } = tf.variableGrads(
      () => loss(x, true).asScalar(),
      layer.trainableWeights.map((weight) => weight.read() as tf.Variable),
    );
    const gradient = tf.grad((x) => loss(x, true))(x);
    return [layer.apply(x) as tf.Tensor, layer.apply(x, { training: true }) as tf.Tensor, gradient, ...Object.values(grads)].map((tensor) =>
      tensor.dataSync<"float32">().slice(),
    );
  });
}

const layers = {
  "a convolution": [(binarizer: Binarizer) => new BinaryConv2D({ name: "own", binarizer, filters: 3, kernelSize: 3 }), [2, 5, 5, 4]],
  "a dense layer": [(binarizer: Binarizer) => new BinaryDense({ name: "own", binarizer, units: 5 }), [3, 9]],
} as const;

test.for(
  Object.entries({ approxSign, ede, recu }).flatMap(([name, binarizer]) =>
    Object.entries(layers).map(([which, [create, shape]]) => ({ name, binarizer, which, create, shape })),
  ),
)("$which computes the declared surrogate of $name itself, to what activations would give", ({ binarizer, create, shape }) => {
  const { surrogate, ...undeclared } = counting(binarizer).binarizer;
  const [declared, plain] = [counting(binarizer), counting(undeclared)];
  expect(surrogate).toBeDefined();
  const [own, called] = [declared, plain].map((each) => outcome(create(each.binarizer), shape));
  expect(own).toEqual(called);
  expect([declared.calls(), plain.calls() > 0]).toEqual([0, true]);
});

test("a gradient of its own is asked for wherever there may be one, and in evaluation the signs alone are taken", () => {
  const { binarizer, calls } = counting({ ...approxSign, surrogate: () => ({ kind: "own" }) });
  const layer = new BinaryDense({ name: "own", binarizer, units: 2 });
  const x = normal([4, 6], 1);
  tf.tidy(() => {
    const evaluated = (layer.apply(x) as tf.Tensor).dataSync();
    expect(calls()).toBe(0);
    expect((layer.apply(x, { training: true }) as tf.Tensor).dataSync()).toEqual(evaluated);
    expect(calls()).toBe(1);
    const inEvaluation = tf
      .grad((x) => tf.sum(layer.apply(x) as tf.Tensor))(x)
      .dataSync();
    expect(calls()).toBe(2);
    expect(inEvaluation.some((value) => value !== 0)).toBe(true);
  });
  x.dispose();
  layer.dispose();
});

test("who declares nothing is called in evaluation too, since its bits may be others than signs", () => {
  const shifted: Binarizer = { ...deterministic, activations: (x) => tf.tidy(() => deterministic.activations(tf.sub(x, 0.5), step, {})) };
  tf.tidy(() => {
    const create = (binarizer: Binarizer) => new BinaryDense({ name: "own", binarizer, units: 3 });
    const x = normal([4, 6], 1);
    const [own, of] = [create(shifted).apply(x), create(deterministic).apply(tf.sub(x, 0.5))] as [tf.Tensor, tf.Tensor];
    expect(own.dataSync()).toEqual(of.dataSync());
  });
});
