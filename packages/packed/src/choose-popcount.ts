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
/** Calls that are timed together: clocks of browsers are coarse. */
const CALLS = 4;
/** Turns after which times are those of code that was hastily compiled, if the engine compiles in two steps. */
const HASTY = 3;
/** Milliseconds in which an engine should have compiled them well. */
const PATIENCE = 15;

/**
 * Which way to count is fastest here, found by trying all for some ten milliseconds: x86 has a fast scalar popcount and no vector
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
  // Compiled well, each takes half the time or less.
  while (performance.now() - begin < PATIENCE && names.some((name) => least[name] > 0.75 * hasty[name])) turn();
  for (let i = 0; i < HASTY; i++) turn();
  return { tables: least.table <= Math.min(least.scalar, least.simd), vectors: least.simd < least.scalar };
}
