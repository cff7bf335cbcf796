import * as tf from "../tensorflow.ts";
import { expect } from "./exam-host.ts";
import type { KernelCase, KernelContract, Values } from "../kernel-contract.ts";
import { sizeOf } from "../kernel-contract.ts";
import { createRandom } from "../random.ts";

/** Tests the active backend's kernel of that name, if it has one, against its contract: every case is compared with plain arithmetic. */
export async function examineKernel(name: string, { cases, reference, tolerance = 1e-5 }: KernelContract): Promise<void> {
  if (!tf.getKernel(name, tf.getBackend())) return;
  for (const [i, given] of cases(createRandom(1, name)).entries()) {
    const expected = reference(given);
    const outputs = run(name, given);
    expect(outputs.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => [...shape]));
    for (const [k, output] of outputs.entries()) {
      expectAlike(await output.data(), expected[k]!, tolerance, `output ${k} of case ${i} of ${name}`);
      output.dispose();
    }
  }
}

function run(name: string, { inputs, attributes = {} }: KernelCase): tf.Tensor[] {
  return tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([input, { shape, values, dtype }]) => {
      const typed = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
      return [input, tf.tensor(typed, [...shape], dtype ?? "float32")] as const;
    });
    const outputs = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, Object.fromEntries(tensors), { ...attributes });
    return [outputs].flat();
  });
}

function expectAlike(actual: ArrayLike<number>, { shape, values }: Values, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(sizeOf(shape));
  const largest = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // A value that is 0 except for rounding, such as a difference from a large mean, has the absolute error of the larger number.
  const allowed = tolerance * (1 + largest);
  for (const [i, value] of Array.from(actual).entries()) {
    const wanted = tolerance === 0 ? Math.fround(values[i]!) : values[i]!;
    if (!(Math.abs(value - wanted) <= allowed)) expect(`${value} at ${i} of ${what}`).toBe(`${wanted} at ${i} of ${what}`);
  }
}
