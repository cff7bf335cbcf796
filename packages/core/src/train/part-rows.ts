import type { ResolvedConfig } from "./resolve-config.ts";

/**
 * Rows that are computed at a time. All parts of a batch have as many but the last, which has what is left, since a GPU's
 * buffers are kept by size: parts of many sizes would take the memory of all of them together.
 */
export function partRows({
  batchSize,
  gradientAccumulationSteps,
}: Pick<ResolvedConfig, "batchSize" | "gradientAccumulationSteps">): number {
  return Math.ceil(batchSize / gradientAccumulationSteps);
}
