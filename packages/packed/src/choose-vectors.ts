import type { Kernels } from "./kernels.ts";

/** Words of a patch and filters of the trial: those of a middling layer. */
const [SIDE, CHANNELS, FILTERS] = [8, 192, 64];
const ROUNDS = 5;

/**
 * Whether the popcount of vectors beats the scalar one here, found by trying both for about a millisecond: x86 has a fast
 * scalar instruction and no vector one in 128 bits, ARM has it the other way round.
 */
export function choosesVectors(kernels: Kernels): boolean {
  const [x, kernel, tables, y, rows] = [1024, 16_384, 65_536, 81_920, 98_304];
  const pages = 2 - kernels.memory.buffer.byteLength / 65_536;
  if (pages > 0) kernels.memory.grow(pages);
  const trial = (vectors: number): number => {
    const start = performance.now();
    kernels.binaryConvBits(
      x,
      SIDE,
      SIDE,
      CHANNELS,
      kernel,
      3,
      3,
      FILTERS,
      SIDE - 2,
      SIDE - 2,
      1,
      1,
      0,
      0,
      tables,
      tables,
      tables,
      y,
      rows,
      vectors,
    );
    return performance.now() - start;
  };
  const [scalar, vector] = [[] as number[], [] as number[]];
  for (let round = 0; round < ROUNDS; round++) {
    scalar.push(trial(0));
    vector.push(trial(1));
  }
  return Math.min(...vector) < Math.min(...scalar);
}
