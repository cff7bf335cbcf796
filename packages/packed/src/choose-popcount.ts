import type { Kernels } from "./kernels.ts";

export type KernelName = "scalar" | "simd" | "table";

/** How differing bits are counted. */
export interface Popcount {
  /** By table lookup, wherever counts fit. */
  readonly tables: boolean;
  /** Elsewhere by the popcount of vectors rather than of words. */
  readonly vectors: boolean;
}

export const popcountOf = (name: KernelName): Popcount => ({ tables: name === "table", vectors: name === "simd" });

export const kernelName = ({ tables, vectors }: Popcount): KernelName => (tables ? "table" : vectors ? "simd" : "scalar");

/** The trial's layer: filters and channels of a 3×3 convolution on a map of SIDE × SIDE pixels, a typical one. */
const [SIDE, CHANNELS, FILTERS] = [8, 192, 64];
/** Calls per measurement: browsers' clocks are coarse. */
const CALLS = 4;
/** Rounds after which times may still be those of baseline-compiled code, if the engine compiles in two tiers. */
const HASTY = 3;
/** Milliseconds in which an engine should have finished optimizing them. */
const PATIENCE = 15;

/**
 * Finds the fastest way to count on this machine by trying all for about ten milliseconds: x86 has a fast scalar popcount and no vector one
 * in 128 bits, ARM the reverse, and the number of lookups per cycle differs as well.
 */
export function choosePopcount(kernels: Kernels): Popcount {
  const [x, kernel, tables, counts, y, scratch] = [1024, 16_384, 131_072, 135_168, 139_264, 147_456];
  const pages = 3 - kernels.memory.buffer.byteLength / 65_536;
  if (pages > 0) kernels.memory.grow(pages);
  const map = [x, SIDE, SIDE, CHANNELS, kernel, 3, 3, FILTERS, SIDE - 2, SIDE - 2, 1, 1, 0, 0] as const;
  const trials: Readonly<Record<KernelName, () => void>> = {
    scalar: () => kernels.binaryConvBits(...map, tables, tables, tables, y, scratch, 0),
    simd: () => kernels.binaryConvBits(...map, tables, tables, tables, y, scratch, 1),
    table: () => kernels.tableConv(...map, 0, counts, tables, tables, tables, 0, 0, 0, y, scratch),
  };
  const names = ["scalar", "simd", "table"] as const;
  const least = { scalar: Infinity, simd: Infinity, table: Infinity };
  const turn = (): void => {
    for (const name of names) {
      const start = performance.now();
      for (let call = 0; call < CALLS; call++) trials[name]();
      least[name] = Math.min(least[name], performance.now() - start);
    }
  };
  const begin = performance.now();
  for (let i = 0; i < HASTY; i++) turn();
  const hasty = { ...least };
  // Optimized code takes half the time or less.
  while (performance.now() - begin < PATIENCE && names.some((name) => least[name] > 0.75 * hasty[name])) turn();
  for (let i = 0; i < HASTY; i++) turn();
  return { tables: least.table <= Math.min(least.scalar, least.simd), vectors: least.simd < least.scalar };
}
