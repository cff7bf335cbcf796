import type { SplitKernels, WholeKernels } from "./kernel-signatures.ts";

/**
 * The functions of the WebAssembly module. Addresses of 2 GiB and more wrap to negative 32-bit integers on the way in; kernels
 * take them as unsigned. What comes out is never an address, and below 2 GiB.
 */
export interface WasmKernels extends SplitKernels, WholeKernels {}

/** Kernels whose work can be split: the first three arguments are a range, from and to, and scratch of the thread's own. */
export type Split = keyof SplitKernels;

/** What such a kernel takes beside them. */
export type SplitArguments<K extends Split> =
  Parameters<SplitKernels[K]> extends [from: number, to: number, scratch: number, ...rest: infer Rest extends number[]] ? Rest : never;
