import * as tf from "../tensorflow.ts";
import { expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { MemberOptimizer } from "../train/member-optimizer.ts";
import { adam as rule, adamOptions } from "./adam.ts";

const adamOf = (variable: tf.Variable, weightDecay = 0): MemberOptimizer =>
  new MemberOptimizer(
    [{ name: "w", variable, isBinaryKernel: false }],
    [{ name: "adam", optimizer: rule(adamOptions.parse({ weightDecay })) }],
  );

/** Algorithm 1 of Kingma and Ba in plain numbers, with weight decay added to the gradient. */
function reference(weight: number, gradients: readonly number[], rate: number, decay: number): number {
  let [w, m, v] = [weight, 0, 0];
  for (const [t, raw] of gradients.entries()) {
    const g = raw + decay * w;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= (rate * (m / (1 - 0.9 ** (t + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (t + 1))) + 1e-8);
  }
  return w;
}

const random = createRandom(1, "adam");
const gradients = Array.from({ length: 5 }, () => [random.normal(), 1e-6 * random.normal(), 100 * random.normal()]);

test("steps follow the paper, weight decay and all", () => {
  const variable = tf.variable(tf.tensor1d([0.5, -2, 3]));
  const tensors = tf.memory().numTensors;
  const adam = adamOf(variable, 0.1);
  for (const gradient of gradients) {
    const g = tf.tensor1d(gradient);
    adam.apply({ [variable.name]: g }, 0.05);
    g.dispose();
  }
  adam.dispose();
  const got = variable.dataSync();
  for (const [i, start] of [0.5, -2, 3].entries()) {
    expect(got[i]).toBeCloseTo(
      reference(
        start,
        gradients.map((g) => g[i]!),
        0.05,
        0.1,
      ),
      5,
    );
  }
  expect(tf.memory().numTensors).toBe(tensors);
  variable.dispose();
});

test("an optimizer restored from saved moments goes on with the same bytes", async () => {
  const apply = (adam: MemberOptimizer, variable: tf.Variable, gradient: number[]): void =>
    tf.tidy(() => adam.apply({ [variable.name]: tf.tensor1d(gradient) }, 0.05));
  const whole = tf.variable(tf.tensor1d([0.5, -2, 3]));
  const adam = adamOf(whole);
  for (const gradient of gradients.slice(0, 3)) apply(adam, whole, gradient);
  const copy = tf.variable(whole.clone());
  const restored = adamOf(copy);
  restored.restore(adam.step, await adam.slots());
  for (const gradient of gradients.slice(3)) {
    apply(adam, whole, gradient);
    apply(restored, copy, gradient);
  }
  expect(copy.dataSync()).toEqual(whole.dataSync());
  expect(() => restored.restore(1, {})).toThrow('the checkpoint has no firstMoments of "w"');
  tf.dispose([whole, copy]);
  adam.dispose();
  restored.dispose();
});

test("a variable without a gradient stays", () => {
  const variable = tf.variable(tf.tensor1d([1]));
  const adam = adamOf(variable, 1);
  adam.apply({}, 1);
  expect(variable.dataSync()[0]).toBe(1);
  adam.dispose();
  variable.dispose();
});
