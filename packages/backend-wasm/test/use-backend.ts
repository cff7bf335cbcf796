import * as tf from "@benn/core/tensorflow";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";
import { BACKEND_NAME, registerWasmBackend } from "../src/register.ts";

/** Runs the tests of a file on the engine, and checks that none of them leaks a tensor or a block of memory. */
export function useBackend(): void {
  let tensors = 0;
  let bytes = 0;
  beforeAll(async () => {
    await registerWasmBackend();
    await tf.setBackend(BACKEND_NAME);
  });
  beforeEach(async () => {
    tensors = tf.memory().numTensors;
    bytes = (await registerWasmBackend()).tensors.bytesInUse;
  });
  afterEach(async () => {
    expect(tf.memory().numTensors).toBe(tensors);
    expect((await registerWasmBackend()).tensors.bytesInUse).toBe(bytes);
  });
}

/** Runs one kernel on the engine and returns the outputs' values; every tensor is disposed. */
export function run(
  kernel: string,
  inputs: Readonly<Record<string, readonly [values: ArrayLike<number>, shape: readonly number[]] | undefined>>,
  attributes: Readonly<Record<string, unknown>> = {},
  backend = BACKEND_NAME,
): { values: Float32Array; shape: number[] }[] {
  return tf.tidy(() => {
    void tf.setBackend(backend); // takes effect at once: both are initialized
    const tensors = Object.entries(inputs).flatMap(([name, given]) =>
      given ? [[name, tf.tensor(Float32Array.from(given[0]), [...given[1]])] as const] : [],
    );
    const outputs = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, Object.fromEntries(tensors), attributes as never);
    const all = [outputs].flat().map((tensor) => ({ values: tensor.dataSync() as Float32Array, shape: tensor.shape }));
    void tf.setBackend(BACKEND_NAME);
    return all;
  });
}

/** |actual − expected| ≤ tolerance·(1 + |expected|) everywhere. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  const values = Array.from(actual);
  for (const [i, e] of Array.from(expected).entries()) {
    const a = values.at(i) ?? Number.NaN;
    if (!(Object.is(a, e) || Math.abs(a - e) <= tolerance * (1 + Math.abs(e)))) expect(`${a} at ${i}`).toBe(`${e} at ${i}`);
  }
}
