import { expect, test } from "vitest";
import { describeValue } from "./describe-value.ts";

test("a value is told in a few words", () => {
  class Mine {
    own = 1;
  }
  const told: readonly (readonly [unknown, string])[] = [
    [undefined, "nothing"],
    [null, "null"],
    ["a b", '"a b"'],
    ["x".repeat(41), `"${"x".repeat(40)}…"`],
    ["x".repeat(40), `"${"x".repeat(40)}"`],
    [Number.NaN, "NaN"],
    [-3, "-3"],
    [true, "true"],
    [7n, "7"],
    [() => 1, "a function"],
    [Symbol("s"), "a symbol"],
    [Promise.resolve(), "a promise"],
    [[1, 2], "an array of 2"],
    [new Float32Array(3), "a Float32Array of 3"],
    [new DataView(new ArrayBuffer(2)), "an empty object"],
    [{}, "an empty object"],
    [new Mine(), "an object with own"],
    [Object.fromEntries(Array.from("abcdefgh", (key) => [key, 1])), "an object with a, b, c, d, e, f, g, h"],
    [Object.fromEntries(Array.from("abcdefghi", (key) => [key, 1])), "an object with a, b, c, d, e, f, g, h …"],
  ];
  for (const [value, words] of told) expect(describeValue(value)).toBe(words);
});
