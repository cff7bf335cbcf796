import { expect, test } from "vitest";
import { clamp, countUp, doubled } from "./clamp.ts";

test("what is above the limit is cut", () => {
  expect(clamp(9)).toBe(8);
  expect(clamp(5)).toBe(5);
});

test("counting ends where it should", () => {
  expect(countUp(3)).toBe(3);
});

test("a value is doubled", () => {
  expect(doubled(3)).toBe(6);
});
