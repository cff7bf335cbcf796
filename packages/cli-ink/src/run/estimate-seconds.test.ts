import { expect, test } from "vitest";
import { estimateSeconds } from "./estimate-seconds.ts";

const plan = (train: number, binaryMultiplyAdds: number, multiplyAdds: number, gradientAccumulationSteps?: number) =>
  ({
    config: { batchSize: 100, gradientAccumulationSteps },
    dataset: { train },
    kinds: [{ members: [0, 1], epochs: 3, summary: { binaryMultiplyAdds, multiplyAdds } }],
  }) as unknown as Parameters<typeof estimateSeconds>[0];

test("time is what steps cost by themselves, and what their multiply-adds cost by kind, shared by the cores", () => {
  expect(estimateSeconds(plan(250, 0, 0), 1)).toBeCloseTo(2 * 3 * 3 * 0.015, 9);
  expect(estimateSeconds(plan(250, 0, 0, 4), 1)).toBeCloseTo(2 * 3 * 10 * 0.015, 9); // the last batch has two of them
  const images = 2 * 3 * 1000;
  const steps = 2 * 3 * 10 * 0.015;
  expect(estimateSeconds(plan(1000, 2e6, 2e6), 1)).toBeCloseTo(steps + (images * 6e6) / 60e9, 9);
  expect(estimateSeconds(plan(1000, 2e6, 3e6), 4)).toBeCloseTo(steps + (images * (6e6 / 60e9 + 3e6 / 15e9)) / 4, 9);
});
