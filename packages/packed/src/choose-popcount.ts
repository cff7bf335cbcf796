import type { Kernels } from "./kernels.ts";

export type KernelName = "scalar" | "simd" | "table";

/** How bits that differ are counted. */
export interface Popcount {
  /** By looking them up, wherever counts fit. */
  readonly tables: boolean;
  /** Elsewhere by the popcount of vectors, not of words. */
  readonly vectors: boolean;
}

export const popcountOf = (name: KernelName): Popcount => ({ tables: name === "table", vectors: name === "simd" });

export const kernelName = ({ tables, vectors }: Popcount): KernelName => (tables ? "table" : vectors ? "simd" : "scalar");

/** Filters and channels of the trial's layer, 3×3 on a map of so many pixels a side: those of a middling one. */
const [SIDE, CHANNELS, FILTERS] = [8, 192, 64];
const ROUNDS = 5;

/**
 * Which way to count is fastest here, found by trying all for about a millisecond: x86 has a fast scalar popcount and no vector
 * one in 128 bits, ARM has it the other way round, and how many lookups there are a cycle differs as well.
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
  const least = { scalar: Infinity, simd: Infinity, table: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["scalar", "simd", "table"] as const) {
      const start = performance.now();
      trials[name]();
      least[name] = Math.min(least[name], performance.now() - start);
    }
  }
  return { tables: least.table < Math.min(least.scalar, least.simd), vectors: least.simd < least.scalar };
}
