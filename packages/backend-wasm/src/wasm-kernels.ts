import type { SplitKernels, WholeKernels } from "./kernel-signatures.ts";

/**
 * The functions of the WebAssembly module. Addresses of 2 GiB and more wrap to negative 32-bit integers on the way in; kernels treat them
 * as unsigned. Return values are never addresses, and below 2 GiB.
 */
export interface WasmKernels extends SplitKernels, WholeKernels {}

/** Kernels whose work can be split: the first three arguments are a range, from and to, and the thread's own scratch memory. */
export type ChunkedKernel = keyof SplitKernels;

/** The further arguments of such a kernel. */
export type SplitArguments<K extends ChunkedKernel> =
  Parameters<SplitKernels[K]> extends [from: number, to: number, scratch: number, ...rest: infer Rest extends number[]] ? Rest : never;
