import fc from "fast-check";
import { expect, test } from "vitest";
import { roundDown } from "./round-down.ts";

test("six digits, never above and hardly below", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-290, max: 1, noNaN: true }), (value) => {
      const rounded = roundDown(value);
      expect(rounded).toBeLessThanOrEqual(value);
      expect(rounded).toBeGreaterThanOrEqual(value * (1 - 1.1e-5));
      expect(
        String(rounded)
          .replace(/e.*|^0?\./g, "")
          .replaceAll(/\D/g, "")
          .replace(/^0+/, "").length,
      ).toBeLessThanOrEqual(6);
    }),
  );
  expect([0, 1, 0.5, 1e-310, 0.123_456_7, 0.999_999_9].map(roundDown)).toEqual([0, 1, 0.5, 0, 0.123_456, 0.999_99]);
});
