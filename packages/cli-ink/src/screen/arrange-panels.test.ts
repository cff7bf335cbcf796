import { expect, test } from "vitest";
import { arrangePanels } from "./arrange-panels.ts";

test("all three panels are shown where there is room, side by side or one above the other", () => {
  expect(arrangePanels(160, 8, 1)).toEqual([["loss"], ["accuracy"], ["votes"]]);
  expect(arrangePanels(80, 11, 2)).toEqual([["loss", "accuracy"], ["votes"]]);
});

test("where there is no room, every panel has its turn", () => {
  for (const [columns, height] of [
    [80, 8],
    [60, 12],
  ] as const) {
    const turns = [0, 1, 2].map((view) => arrangePanels(columns, height, view).flat());
    expect(new Set(turns.flat())).toEqual(new Set(["loss", "accuracy", "votes"]));
    expect(new Set(turns.map(String)).size).toBe(3);
    expect(turns[0]).toContain("loss");
    expect(arrangePanels(columns, height, 3)).toEqual(arrangePanels(columns, height, 0));
  }
});
