import { expect, test } from "vitest";
import { braille, sparkline } from "./braille.ts";

test("a falling line goes from the top left to the bottom right", () => {
  const curve = [
    { x: 0, y: 1 },
    { x: 1, y: 0 },
  ];
  expect(braille(curve, { width: 2, height: 1, x: [0, 1], y: [0, 1] })).toEqual(["⠑⢄"]);
});

test("a curve that ends early leaves the rest of the frame empty, and values that are not numbers are left out", () => {
  const curve = [
    { x: 0, y: 0 },
    { x: 0.2, y: Number.NaN },
    { x: 0.3, y: 0 },
  ];
  expect(braille(curve, { width: 4, height: 1, x: [0, 1], y: [0, 1] })).toEqual(["⣀⡀  "]);
  expect(braille([], { width: 2, height: 2, x: [0, 1], y: [0, 1] })).toEqual(["  ", "  "]);
});

test("points that share a column count as their mean", () => {
  const curve = [
    { x: 0, y: 0 },
    { x: 0, y: 1 },
  ];
  expect(braille(curve, { width: 1, height: 1, x: [0, 1], y: [0, 1] })).toEqual(["⠂"]);
});

test("a sparkline is as long as what was done of the member", () => {
  const curve = Array.from({ length: 10 }, (_, i) => ({ x: (i + 1) / 2, y: 10 - i }));
  expect(sparkline(curve, 10, 10)).toBe("█▆▅▃▁");
  expect(sparkline(curve, 4, 5)).toHaveLength(4);
  expect(sparkline([], 4, 5)).toBe("");
});
