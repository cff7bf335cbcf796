import fc from "fast-check";
import { expect, test } from "vitest";
import { ofLimit } from "./of-limit.ts";

const speed = fc.double({ min: 1e-3, max: 1e15, noNaN: true });

test("no share of a limit exceeds 100 percent, whatever the probes found", () => {
  fc.assert(
    fc.property(speed, fc.array(speed), (reached, seen) => {
      const { limit, percent } = ofLimit(reached, seen);
      expect(percent).toBeLessThanOrEqual(100);
      expect(limit).toBe(Math.max(reached, ...seen));
    }),
  );
});

test("half of what a probe found is 50 percent of the limit", () => {
  expect(ofLimit(2, [3, 4])).toEqual({ limit: 4, percent: 50 });
});
