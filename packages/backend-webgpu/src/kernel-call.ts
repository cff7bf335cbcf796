import type { TensorInfo } from "@tensorflow/tfjs";
import type { GuardedBackend } from "./guarded-backend.ts";

/** What TensorFlow.js hands a kernel. */
export interface KernelCall<Inputs, Attributes> {
  readonly inputs: Inputs;
  readonly attrs: Attributes;
  readonly backend: GuardedBackend;
}

/** A kernel's outputs; undefined where it cannot run on these inputs and TensorFlow.js's own must. */
export type Kernel<Inputs, Attributes> = (call: KernelCall<Inputs, Attributes>) => TensorInfo | TensorInfo[] | undefined;

export type KernelTable = Readonly<Record<string, Kernel<never, never>>>;
