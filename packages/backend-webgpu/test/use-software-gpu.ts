import { useSoftwareGpu } from "@benn/software-gpu";
import * as tf from "@benn/core/tensorflow";
import { webgpuBackend } from "../src/webgpu-backend.ts";

await useSoftwareGpu();

export const create = () => webgpuBackend.create({ power: "high-performance" });

/** The result of a computation on the GPU, then on TensorFlow.js's own CPU backend. */
export async function onBoth(compute: () => tf.Tensor[]): Promise<{ gpu: Float32Array[]; cpu: Float32Array[] }> {
  await create().activate();
  const gpu = await read(compute);
  await tf.setBackend("cpu");
  return { gpu, cpu: await read(compute) };
}

async function read(compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  const results = tf.tidy(compute);
  const values = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose(results);
  return values.map((of) => Float32Array.from(of));
}

/** Describes the first value whose error exceeds `tolerance` times the largest of its tensor (or 1); undefined if there is none. */
export function difference(
  { gpu, cpu }: { readonly gpu: readonly Float32Array[]; readonly cpu: readonly Float32Array[] },
  tolerance: number,
): string | undefined {
  if (gpu.length !== cpu.length) return `${gpu.length} tensors for ${cpu.length}`;
  for (const [i, expected] of cpu.entries()) {
    const actual = gpu[i] ?? new Float32Array();
    if (actual.length !== expected.length) return `tensor ${i} has ${actual.length} values for ${expected.length}`;
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const at = expected.findIndex((value, k) => !(Math.abs(value - (actual[k] ?? Number.NaN)) <= tolerance * largest));
    if (at >= 0) return `tensor ${i}, value ${at}: ${actual[at]} for ${expected[at]}`;
  }
  return undefined;
}
