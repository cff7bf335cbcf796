import { expect, test } from "vitest";
import { once } from "./once.ts";

test("a value is made when first asked for and never again, undefined too", () => {
  let count = 0;
  const value = once(() => void (count += 1));
  expect(count).toBe(0);
  expect([value(), value()]).toEqual([undefined, undefined]);
  expect(count).toBe(1);
});

test("what failed once is not tried again", () => {
  let count = 0;
  const value = once(() => {
    throw new Error(`attempt ${(count += 1)}`);
  });
  expect(value).toThrow("attempt 1");
  expect(value).toThrow("attempt 1");
});
