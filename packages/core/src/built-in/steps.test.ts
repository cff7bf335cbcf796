import { expect, test } from "vitest";
import { steps, stepsOptions } from "./steps.ts";

const rateOf = (schedule: ReturnType<typeof steps>, epoch: number) =>
  schedule.rate({ learningRate: 8, epoch, epochs: 300, step: 3, steps: 10 });

test("the learning rate falls when each of the epochs begins, whatever their order", () => {
  const schedule = steps({ epochs: [6, 2], factor: 0.5 });
  expect([0, 1, 2, 5, 6, 7].map((epoch) => rateOf(schedule, epoch))).toEqual([8, 8, 4, 4, 2, 2]);
  expect(rateOf(steps({ epochs: [], factor: 0.5 }), 9)).toBe(8);
});

test("by default it falls by ten at epochs 120, 200, 240 and 280, and an option that makes no sense is refused", () => {
  expect(stepsOptions.parse({})).toEqual({ epochs: [120, 200, 240, 280], factor: 0.1 });
  for (const wrong of [{ epochs: [0] }, { epochs: [1.5] }, { factor: 0 }, { factor: -1 }])
    expect(stepsOptions.safeParse(wrong).success).toBe(false);
  expect(stepsOptions.parse({ epochs: [1], factor: 2 })).toEqual({ epochs: [1], factor: 2 });
});
