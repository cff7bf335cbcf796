// Kernels beyond TensorFlow.js's own that training a binary network leans on. A backend may register any of them under
// these names (`tf.registerKernel`); where it has not, the caller composes the same result from stock kernels. What each computes stands in
// kernels/, with the cases that every backend is examined with: this is all that the layers and the backends know of one another.
import * as tf from "@tensorflow/tfjs";
import type { KERNEL_CONTRACTS } from "./kernel-list.ts";

export type TrainingKernel = keyof typeof KERNEL_CONTRACTS;

/**
 * Runs a training kernel if the current backend has it.
 * @returns its outputs, which the caller disposes, or undefined
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
