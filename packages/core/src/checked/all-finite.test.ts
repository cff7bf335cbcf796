import { expect, test } from "vitest";
import { allFinite } from "./all-finite.ts";

test("one value that is not finite is found wherever it stands", () => {
  for (let length = 0; length < 10; length++) {
    const values = Float32Array.from({ length }, (_, i) => i - 3);
    expect(allFinite(values)).toBe(true);
    for (const bad of [Number.NaN, Infinity, -Infinity])
      for (let at = 0; at < length; at++) expect(allFinite(values.with(at, bad)), `${bad} at ${at} of ${length}`).toBe(false);
  }
  expect(allFinite(Float32Array.of(Infinity, -Infinity, 0, 0, 0))).toBe(false);
  expect(allFinite(new Float32Array(1000).fill(3.4e38))).toBe(true);
});
