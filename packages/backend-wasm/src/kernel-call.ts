import type * as tf from "@benn/core/tensorflow";
import type { WasmBackend } from "./backend.ts";

/** TensorFlow.js's arguments of a kernel. `I` and `A` are the documented inputs and attributes. */
export interface KernelCall<I, A = object> {
  readonly inputs: I;
  readonly attrs: A;
  readonly backend: WasmBackend;
}

type Outputs = tf.TensorInfo | tf.TensorInfo[];

/** A kernel; returns undefined for a case that it leaves to the CPU backend's kernel. */
export type WasmKernel<I = never, A = never> = (call: KernelCall<I, A>) => Outputs | undefined;

/** Kernels by TensorFlow.js's name for them. */
export type KernelTable = Readonly<Record<string, WasmKernel>>;
