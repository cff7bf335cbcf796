import { expect, test } from "vitest";
import type { LayerSummary, ModelSummary } from "../model-summary.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { stepMemory } from "./step-memory.ts";

test("a step keeps each output of its rows twice, and weights, gradients and moments, and gradients once more of parts", () => {
  const layer = (...outputShape: number[]) => ({ outputShape }) as unknown as LayerSummary;
  const summary = { layers: [layer(2, 3, 4), layer(5)], parameters: 100 } as unknown as ModelSummary;
  const config = (batchSize: number, gradientAccumulationSteps: number) => ({ batchSize, gradientAccumulationSteps }) as ResolvedConfig;
  expect(stepMemory(summary, config(10, 1))).toBe(4 * (2 * 29 * 10 + 4 * 100));
  expect(stepMemory(summary, config(10, 4))).toBe(4 * (2 * 29 * 3 + 5 * 100));
});
