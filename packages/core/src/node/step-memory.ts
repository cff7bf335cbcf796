import type { ModelSummary } from "../model-summary.ts";
import { partRows } from "../train/part-rows.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";

/**
 * Bytes that a training step keeps if nothing is fused: every layer's output twice (values and gradients), weights with gradients and
 * Adam's moments and, if a batch is computed in parts, the sum of their gradients. The WebAssembly engine needs about two thirds of this.
 */
export function stepMemory(summary: ModelSummary, config: ResolvedConfig): number {
  const outputs = summary.layers.reduce((total, { outputShape }) => total + outputShape.reduce((product, n) => product * n, 1), 0);
  const copies = config.gradientAccumulationSteps > 1 ? 5 : 4;
  return 4 * (2 * outputs * partRows(config) + copies * summary.parameters);
}
