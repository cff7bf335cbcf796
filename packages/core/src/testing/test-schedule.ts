import { describe, expect, test } from "./exam-host.ts";
import type { Schedule } from "../schedule.ts";

/**
 * Conformance tests for every schedule: `testSchedule("cosine", () => cosine({ warmup: 2 }))`.
 * @param create creates the schedule as its definition does; called for every member
 */
export function testSchedule(name: string, create: () => Schedule): void {
  describe(`the schedule ${name}`, () => {
    test("gives a finite learning rate, not negative, for every step of short and long trainings", () => {
      for (const [epochs, steps] of [
        [1, 1],
        [2, 7],
        [300, 2],
      ] as const) {
        const rates = ratesOf(create(), epochs, steps);
        expect(
          rates.every((rate) => Number.isFinite(rate) && rate >= 0),
          `${epochs} epochs of ${steps} steps`,
        ).toBe(true);
        expect(
          rates.some((rate) => rate > 0),
          "some step learns",
        ).toBe(true);
      }
    });

    test("depends on its argument alone, so that a resumed run takes the same steps", () => {
      const schedule = create();
      const once = ratesOf(schedule, 5, 3);
      const backwards = ratesOf(schedule, 5, 3, true).toReversed();
      expect(backwards).toEqual(once);
      expect(ratesOf(create(), 5, 3)).toEqual(once);
    });

    test("scales with the learning rate of the configuration", () => {
      const double = ratesOf(create(), 5, 3, false, 0.02);
      for (const [i, rate] of ratesOf(create(), 5, 3).entries()) expect(double[i]).toBeCloseTo(2 * rate, 12);
    });
  });
}

function ratesOf(schedule: Schedule, epochs: number, steps: number, backwards = false, learningRate = 0.01): number[] {
  const all = Array.from({ length: epochs * steps }, (_, i) => i);
  return (backwards ? all.toReversed() : all).map((i) =>
    schedule.rate({ learningRate, epoch: Math.floor(i / steps), epochs, step: i % steps, steps }),
  );
}
