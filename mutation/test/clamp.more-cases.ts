import { expect, test } from "vitest";
import { clamp, unreached } from "./clamp.ts";

test("what is below 0 is 0", () => {
  expect(clamp(-3)).toBe(0);
});

test("what was not reached is", () => {
  expect(unreached(3)).toBe(2);
});
