// Kernels beyond those of TensorFlow.js that training a binary network uses. A backend may register any of them under these names
// (`tf.registerKernel`); if it does not, the caller composes the same result from stock kernels. kernels/ defines what each one computes,
// and the cases that test every backend. Layers and backends share nothing else.
import * as tf from "./tensorflow.ts";
import type { KERNEL_CONTRACTS } from "./kernel-list.ts";

export type TrainingKernel = keyof typeof KERNEL_CONTRACTS;

/**
 * Runs a training kernel if the active backend has it.
 * @returns its outputs, which the caller disposes, or undefined if the backend does not have it
 */
export function runTrainingKernel(
  name: TrainingKernel,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: Readonly<Record<string, number | number[]>> = {},
): tf.Tensor[] | undefined {
  if (!tf.getKernel(name, tf.getBackend())) return undefined;
  const outputs = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, { ...inputs }, { ...attributes });
  return Array.isArray(outputs) ? outputs : [outputs];
}
