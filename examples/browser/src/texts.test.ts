import { expect, test } from "vitest";
import { inWords, kilobytes, margin, milliseconds, percent } from "./texts.ts";

test("figures as people read them", () => {
  expect([1, 6, 12, 13].map(inWords)).toEqual(["One", "Six", "Twelve", "13"]);
  expect([10, 407_600, 1_960_000].map(kilobytes)).toEqual(["1 kB", "408 kB", "2.0 MB"]);
  expect(percent(0.6134)).toBe("61.3 %");
  expect([4.56, 45.6].map(milliseconds)).toEqual(["4.6 ms", "46 ms"]);
});

test("the margin of 6,134 in 10,000 is a point, that of 613 in 1,000 three", () => {
  expect(margin(0.6134, 10_000)).toBe("± 1.0");
  expect(margin(0.613, 1000)).toBe("± 3.0");
});
