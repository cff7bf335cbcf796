import type { ModelSummary } from "../model-summary.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";

/**
 * Bytes a training step keeps where nothing is fused: every layer's output twice (values and gradients), weights with gradient and
 * Adam's moments. The WebAssembly engine takes about two thirds of it.
 */
export function stepMemory(summary: ModelSummary, { batchSize }: ResolvedConfig): number {
  const outputs = summary.layers.reduce((total, { outputShape }) => total + outputShape.reduce((product, n) => product * n, 1), 0);
  return 4 * (2 * outputs * batchSize + 4 * summary.parameters);
}
