import { expect, test } from "vitest";
import { tableLines } from "./table.ts";

test("a table has a column for every key, words to the left and numbers to the right, each with the digits that matter", () => {
  const rows = [
    { "": "quick", "ms a step": 0.123_45, calls: 7 },
    { "": "slow one", "ms a step": 12_345.6, calls: 12, why: "old" },
  ];
  expect(tableLines({ title: "Speed", rows, notes: ["a note"] })).toEqual([
    "Speed",
    "          ms a step  calls  why",
    "quick         0.123      7",
    "slow one     12,346     12  old",
    "a note",
  ]);
});

test("what did not come out is an empty cell", () => {
  expect(tableLines({ title: "", rows: [{ a: Number.NaN, b: undefined, c: 1.5 }] })[2]).toBe("      1.50");
});
