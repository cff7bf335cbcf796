import { expect, test } from "vitest";
import { bytes, clock, count, percent, short, table } from "./format.ts";

test("numbers read as people write them", () => {
  expect([percent(0.5234), percent(1), percent(undefined), percent(Number.NaN)]).toEqual(["52.3 %", "100.0 %", "–", "–"]);
  expect([0.4101, 2.3049, 12.34, 123.4, 0.00012, -0.25, 0, undefined].map(short)).toEqual([
    "0.410",
    "2.30",
    "12.3",
    "123",
    "1.2e−4",
    "−0.250",
    "0.000",
    "–",
  ]);
  expect([9.6, 75, 3599.6, 4000, 90_000, -3].map(clock)).toEqual(["0:10", "1:15", "1:00:00", "1:06:40", "1 d 1 h", "0:00"]);
  expect([0, 999, 1000, 61_234, 482_000, 3.2e9].map(bytes)).toEqual(["0 B", "999 B", "1.0 kB", "61.2 kB", "482 kB", "3.2 GB"]);
  expect(count(1_234_567)).toBe("1,234,567");
});

test("a table lines up its columns", () => {
  expect(
    table([
      ["name", "n"],
      ["a", "100"],
    ]),
  ).toEqual(["name    n", "a     100"]);
});
