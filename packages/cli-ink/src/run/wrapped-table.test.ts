import { expect, test } from "vitest";
import { listWidth, wrappedTable } from "./wrapped-table.ts";

test("texts are broken between words and stand in one column", () => {
  const rows = [
    ["nin", "Network in Network, semi-binary"],
    ["resnet20", ""],
  ] as const;
  expect(wrappedTable(rows, { width: 34, indent: 2 })).toEqual([
    "  nin       Network in Network,",
    "            semi-binary",
    "  resnet20",
  ]);
});

test("a list is as wide as the terminal, within limits, and 80 columns in a pipe", () => {
  expect([listWidth(72), listWidth(200), listWidth(20), listWidth(undefined)]).toEqual([72, 100, 40, process.stdout.columns ?? 80]);
});
