import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { readWeights, setBiases } from "./model-weights.ts";
import { setUpTfjsWasm, type TfjsForm } from "./tfjs-wasm.ts";
import { trainingStep } from "./training-step.ts";

/** Reads, on both forms, what a computation gives. */
async function onBoth(compute: () => tf.Tensor[]): Promise<{ plain: Float32Array[]; tuned: Float32Array[] }> {
  const read = async (form: TfjsForm): Promise<Float32Array[]> => {
    await setUpTfjsWasm(form);
    const results = tf.tidy(compute);
    const values = results.map((tensor) => Float32Array.from(tensor.dataSync()));
    tf.dispose(results);
    return values;
  };
  return { plain: await read("plain"), tuned: await read("tuned") };
}

function expectSame({ plain, tuned }: { plain: Float32Array[]; tuned: Float32Array[] }): void {
  for (const [i, expected] of plain.entries()) {
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [k, value] of expected.entries())
      expect(Math.abs(value - (tuned[i]?.[k] ?? Number.NaN))).toBeLessThanOrEqual(1e-5 * largest);
  }
}

const random = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, "float32", seed);

test.for([
  { size: 3, stride: 1, pad: "same", side: 6 },
  { size: 5, stride: 1, pad: 2, side: 7 },
  { size: 3, stride: 2, pad: "same", side: 8 },
  { size: 3, stride: 2, pad: 1, side: 7 },
  { size: 1, stride: 2, pad: "valid", side: 7 },
  { size: 1, stride: 1, pad: "valid", side: 4 },
] as const)("the gradients of a convolution are the plain form's: %o", async ({ size, stride, pad, side }) => {
  const compute = () => {
    const [x, filter] = [random([2, side, side, 3], 1) as tf.Tensor4D, random([size, size, 3, 4], 2) as tf.Tensor4D];
    const { grads } = tf.valueAndGrads((x, filter) =>
      tf.sum(
        tf.square(
          tf.conv2d(
            x as tf.Tensor4D,
            filter as tf.Tensor4D,
            stride,
            pad,
            "NHWC",
            1,
            pad === "valid" || pad === "same" ? undefined : "floor",
          ),
        ),
      ),
    )([x, filter]);
    return grads;
  };
  expectSame(await onBoth(compute));
});

test("sums and means over all axes but the last, and over others, are the plain form's", async () => {
  const compute = () => {
    const x = random([3, 4, 5, 6], 1);
    return [tf.sum(x, [0, 1, 2]), tf.mean(x, [0, 1, 2], true), tf.sum(x, 3), tf.mean(x, [1, 2]), tf.sum(x), tf.mean(random([7, 4], 2), 0)];
  };
  expectSame(await onBoth(compute));
});

test("a training step comes to the same loss and the same kernels as in the plain form", async () => {
  const step = async (form: TfjsForm) => {
    await setUpTfjsWasm(form);
    const training = trainingStep({ net: "sb", width: 0.125, batch: 8 });
    setBiases(training.model);
    const loss = await training.step();
    const after = await readWeights(training.model);
    training.dispose();
    return { loss, after };
  };
  const [plain, tuned] = [await step("plain"), await step("tuned")];
  expect(tuned.loss).toBeCloseTo(plain.loss, 5);
  // Adam's first step moves every weight by about 1e−3, to the side that its gradient says, of which some are 0 but for rounding.
  for (const [i, { name, values }] of plain.after.entries()) {
    const alike = values.filter((value, k) => Math.abs(value - (tuned.after[i]?.values[k] ?? Number.NaN)) <= 1e-4);
    expect(alike.length / values.length, name).toBeGreaterThan(0.99);
  }
});
