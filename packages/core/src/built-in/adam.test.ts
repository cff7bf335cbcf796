import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { Adam } from "./adam.ts";
import { createRandom } from "./random.ts";

/** Algorithm 1 of Kingma and Ba in plain numbers, with the decay added to the gradient. */
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
  const adam = new Adam([{ name: "w", variable }], { weightDecay: 0.1 });
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

test("an optimiser restored from saved moments goes on with the same bytes", async () => {
  const apply = (adam: Adam, variable: tf.Variable, gradient: number[]): void =>
    tf.tidy(() => adam.apply({ [variable.name]: tf.tensor1d(gradient) }, 0.05));
  const whole = tf.variable(tf.tensor1d([0.5, -2, 3]));
  const adam = new Adam([{ name: "w", variable: whole }]);
  for (const gradient of gradients.slice(0, 3)) apply(adam, whole, gradient);
  const copy = tf.variable(whole.clone());
  const restored = new Adam([{ name: "w", variable: copy }]);
  const { firstMoments, secondMoments } = await adam.slots();
  restored.restore(adam.step, firstMoments, secondMoments);
  for (const gradient of gradients.slice(3)) {
    apply(adam, whole, gradient);
    apply(restored, copy, gradient);
  }
  expect(copy.dataSync()).toEqual(whole.dataSync());
  expect(() => restored.restore(1, new Map(), new Map())).toThrow('no moments of "w"');
  tf.dispose([whole, copy]);
  adam.dispose();
  restored.dispose();
});

test("a variable without a gradient stays", () => {
  const variable = tf.variable(tf.tensor1d([1]));
  const adam = new Adam([{ name: "w", variable }], { weightDecay: 1 });
  adam.apply({}, 1);
  expect(variable.dataSync()[0]).toBe(1);
  adam.dispose();
  variable.dispose();
});
