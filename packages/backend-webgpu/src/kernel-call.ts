import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend } from "./guarded-backend.ts";

/** TensorFlow.js's arguments of a kernel. */
export interface KernelCall<Inputs, Attributes> {
  readonly inputs: Inputs;
  readonly attrs: Attributes;
  readonly backend: GuardedBackend;
}

/** Returns a kernel's outputs; undefined if it does not support these inputs and TensorFlow.js's own kernel must run. */
export type Kernel<Inputs, Attributes> = (call: KernelCall<Inputs, Attributes>) => TensorInfo | TensorInfo[] | undefined;

export type KernelTable = Readonly<Record<string, Kernel<never, never>>>;
