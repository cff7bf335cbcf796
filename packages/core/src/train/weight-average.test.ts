import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { WeightAverage } from "./weight-average.ts";

beforeAll(() => tf.setBackend("cpu"));

test("an average is the plain mean of the first steps, then forgets by its decay, and goes on from what was saved", async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: "one", units: 1, useBias: false, inputShape: [2] })] });
  const tensors = tf.memory().numTensors;
  const path = [3, -1, 8, 2, 7, -4];
  const move = (to: number): void => tf.tidy(() => void model.weights[0]!.write(tf.tensor2d([to, 2 * to], [2, 1])));
  const averages: number[] = [];
  let average = new WeightAverage(model, 0.75);
  for (const [i, to] of path.entries()) {
    move(to);
    average.update(i + 1);
    const values = await average.values();
    const [first, second] = values.get("one/kernel")!.values;
    expect(second).toBe(2 * first!);
    averages.push(first!);
    // Like a resumed run.
    average.dispose();
    average = new WeightAverage(model, 0.75);
    average.restore(values);
  }
  let expected = 10 / 3;
  const then = path.slice(3).map((value) => (expected += (value - expected) / 4));
  expect(averages).toEqual([3, 1, 10 / 3, ...then].map((value) => expect.closeTo(value, 5)));
  expect(() => average.restore(undefined)).toThrow(
    'averageWeights: the checkpoint has no average of "one/kernel". Resume with the configuration it was saved by.',
  );
  average.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
  model.dispose();
});

test("large weights are averaged as small ones are", async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: "big", units: 300, inputShape: [300] })] });
  const average = new WeightAverage(model, 0.9);
  for (const [i, to] of [1, 3].entries()) {
    tf.tidy(() => {
      for (const weight of model.weights) weight.write(tf.fill(weight.shape as number[], to));
    });
    average.update(i + 1);
  }
  for (const [name, { values }] of await average.values()) expect([name, new Set(values)]).toEqual([name, new Set([2])]);
  expect([...(await average.values()).keys()]).toEqual(["big/kernel", "big/bias"]);
  average.dispose();
  model.dispose();
});
