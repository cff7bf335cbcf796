import fc from "fast-check";
import { expect, test } from "vitest";
import { arrangePanels } from "./arrange-panels.ts";

const chart = (id: string) => ({ id, kind: "chart" as const });
const votes = { id: "votes", kind: "table" as const };
const three = [chart("loss"), votes, chart("accuracy")];
const five = [...three, chart("top5"), chart("mine")];
const ids = (panels: typeof five, columns: number, height: number, view = 0) =>
  arrangePanels(panels, columns, height, view).places.map((place) => place.map(({ id }) => id));

test("all panels are shown where there is room, side by side or one above the other, the table at the right", () => {
  expect(ids(three, 160, 8)).toEqual([["loss"], ["accuracy"], ["votes"]]);
  expect(ids(three, 80, 11)).toEqual([["loss", "accuracy"], ["votes"]]);
  expect(ids(five, 160, 20)).toEqual([["loss", "accuracy"], ["top5", "mine"], ["votes"]]);
  expect(ids(five, 80, 20)).toEqual([["loss", "accuracy", "top5", "mine"], ["votes"]]);
  expect(arrangePanels(five, 80, 20, 3)).toEqual(arrangePanels(five, 80, 20, 0));
});

test("on a high terminal charts stand one above the other, in even stacks, rather than being higher than wide", () => {
  expect(ids(three, 120, 27)).toEqual([["loss", "accuracy"], ["votes"]]);
  expect(ids(five, 200, 47)).toEqual([["loss", "accuracy"], ["top5", "mine"], ["votes"]]);
  expect(ids(five.slice(0, 4), 160, 8)).toEqual([["loss"], ["accuracy"], ["top5"], ["votes"]]);
});

test("where there is no room, each panel in turn comes first", () => {
  expect(ids(three, 80, 8, 0)).toEqual([["loss"], ["votes"]]);
  expect(ids(three, 80, 8, 1)).toEqual([["accuracy"], ["votes"]]);
  expect(ids(three, 80, 8, 2)).toEqual([["loss"], ["accuracy"]]);
  expect([0, 1, 2, 3].map((view) => ids(three, 60, 12, view))).toEqual([[["loss"]], [["votes"]], [["accuracy"]], [["loss"]]]);
});

test("no panel is shown twice, every one has its turn, and whether some are hidden is known", () => {
  const sizes = fc.record({ columns: fc.integer({ min: 20, max: 250 }), height: fc.integer({ min: 0, max: 20 }) });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 5 }), ({ columns, height }, count) => {
      const panels = five.slice(0, count);
      const turns = panels.map((_, view) => arrangePanels(panels, columns, height, view));
      for (const { places, more } of turns) {
        expect(new Set(places.flat()).size).toBe(places.flat().length);
        expect(more).toBe(places.flat().length < panels.length);
        expect(places.length).toBeLessThanOrEqual(Math.max(1, Math.floor(columns / 36)));
      }
      expect(new Set(turns.flatMap(({ places }) => places.flat()))).toEqual(new Set(panels));
    }),
  );
});
