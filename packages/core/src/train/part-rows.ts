import type { ResolvedConfig } from "./resolve-config.ts";

/**
 * Number of rows computed at a time. All parts of a batch have the same size except the last, which has the rest. A GPU caches buffers by
 * size, so parts of many sizes would take the memory of all of them together.
 */
export function partRows({
  batchSize,
  gradientAccumulationSteps,
}: Pick<ResolvedConfig, "batchSize" | "gradientAccumulationSteps">): number {
  return Math.ceil(batchSize / gradientAccumulationSteps);
}
