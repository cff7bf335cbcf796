import { expect, test } from "vitest";
import { scatter } from "./scatter.ts";

const options = { width: 19, height: 3, xLabel: (x: number) => x.toFixed(0), yLabel: (y: number) => `${y} %` };

test("points stand by the logarithm of x and by y, with labels at the ends", () => {
  const points = [
    { x: 1, y: 0, mark: "a" },
    { x: 10, y: 5, mark: "b" },
    { x: 100, y: 10, mark: "c" },
  ];
  expect(scatter(points, { ...options, width: 18 })).toEqual([
    "   10 % │        c",
    "        │    b",
    "    0 % │a",
    "        └─────────",
    "         1     100",
  ]);
});

test("a single point, and points of one price, are in the middle", () => {
  expect(scatter([{ x: 5, y: 1, mark: "•" }], options)[1]).toBe("        │     •");
  const lines = scatter(
    [1, 2].map((y) => ({ x: 5, y, mark: "•" })),
    options,
  );
  expect(lines.slice(0, 3)).toEqual(["    2 % │     •", "        │", "    1 % │     •"]);
});
