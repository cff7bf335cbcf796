// Compares an engine that has a kernel for the step with the same step composed from TensorFlow.js's own kernels.
import { BACKEND_NAME, registerWasmBackend } from "@benn/backend-wasm";
import { createContainer, OPTIMIZERS, type ParameterStep, type Spec } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { expect, test } from "vitest";
import plugin from "./index.ts";

const container = createContainer();
void plugin.register(container);
await registerWasmBackend({ threads: 2 });

const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });

test.for<[string, readonly string[], Spec]>([
  ["AdamW", ["AdamStep"], { name: "adamw", weightDecay: 0.3, decay: "kernels" }],
  ["SGD with Nesterov momentum", ["SgdStep"], { name: "sgd", weightDecay: 0.1, decay: "kernels" }],
  ["SGD with momentum", ["SgdStep"], { name: "sgd", nesterov: false }],
  ["Bop", ["BopStep"], { name: "bop", gamma: 0.3, threshold: 0.2 }],
])("%s comes to the same weights and slots by one kernel as composed", ([, kernels, spec]) => {
  for (const kernel of kernels) {
    expect(tf.getKernel(kernel, BACKEND_NAME)).toBeDefined();
    expect(tf.getKernel(kernel, "cpu")).toBeUndefined();
  }
  fc.assert(
    fc.property(shapes, fc.nat(1000), (given, seed) => {
      const own = steps(BACKEND_NAME, spec, given, seed);
      const composed = steps("cpu", spec, given, seed);
      expect(own).toHaveLength(composed.length);
      for (const [i, values] of composed.entries())
        for (const [at, value] of values.entries())
          expect(Math.abs(own[i]![at]! - value)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(value)));
    }),
    { seed: 5, numRuns: 15 },
  );
});

/** Weights and slots after three steps. */
function steps(backend: string, spec: Spec, shapes: readonly (readonly number[])[], seed: number): Float32Array[] {
  void tf.setBackend(backend); // takes effect at once: both are initialized
  const { numTensors } = tf.memory();
  const optimizer = container.resolve(OPTIMIZERS).create(spec);
  const values = tf.tidy(() => {
    const draw = (shape: readonly number[], ...purpose: (string | number)[]): tf.Tensor => {
      const random = createRandom(seed, ...purpose);
      return tf.tensor(
        Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => random.normal()),
        [...shape],
      );
    };
    let state = shapes.map((shape, i): Pick<ParameterStep, "weight" | "slots"> => ({
      weight: draw(shape, "weight", i),
      slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, tf.zeros([...shape])])),
    }));
    for (let step = 1; step <= 3; step++) {
      const given = state.map((own, i) => ({
        ...own,
        gradient: draw(shapes[i] ?? [], "gradient", i, step),
        parameter: { name: i % 2 === 0 ? "conv/kernel" : "conv/bias", isBinaryKernel: true },
      }));
      state = optimizer.update(given, { learningRate: 0.05, scheduled: 1, step });
    }
    return state.flatMap(({ weight, slots }) => [weight, ...Object.values(slots)].map((tensor) => Float32Array.from(tensor.dataSync())));
  });
  expect(tf.memory().numTensors).toBe(numTensors);
  return values;
}
