import type * as tf from "@tensorflow/tfjs";
import type { WasmBackend } from "./backend.ts";

/** What TensorFlow.js hands a kernel. `I` and `A` are the inputs and attributes it is documented to have. */
export interface KernelCall<I, A = object> {
  readonly inputs: I;
  readonly attrs: A;
  readonly backend: WasmBackend;
}

type Outputs = tf.TensorInfo | tf.TensorInfo[];

/** A kernel, or undefined for a case it leaves to the CPU backend's. */
export type WasmKernel<I = never, A = never> = (call: KernelCall<I, A>) => Outputs | undefined;

/** Kernels by TensorFlow.js's name for them. */
export type KernelTable = Readonly<Record<string, WasmKernel>>;
