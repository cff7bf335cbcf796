import { expect, test } from "vitest";
import { isBatchNormalizing } from "./batch-normalizing.ts";
import { EVALUATION, isStepAware } from "./layer-context.ts";

test("a layer takes part in a step, or in batch norm's statistics, by a method of that name", () => {
  expect(isStepAware({ prepare: () => {} })).toBe(true);
  expect(isBatchNormalizing({ normalizeByBatch: () => {} })).toBe(true);
  for (const layer of [{}, { prepare: true, normalizeByBatch: true }]) {
    expect(isStepAware(layer)).toBe(false);
    expect(isBatchNormalizing(layer)).toBe(false);
  }
});

test("an evaluation is after the last epoch, and draws nothing of its own", () => {
  expect(EVALUATION).toEqual({ training: false, seed: 0, epoch: 1, epochs: 1 });
});
