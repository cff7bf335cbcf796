import type { RunEvent } from "@benn/core";
import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { header } from "./header.ts";
import { lanes } from "./lanes.ts";
import { textOf } from "./line.ts";

/** A run whose second member trains, on another machine. */
const events = exampleRun({ members: 3, epochs: 4 });
const begun = events.findIndex((event) => event.type === "step" && event.member === 1);
const { clock } = events[begun]!;
const seen: RunEvent = {
  type: "workers",
  workers: 12,
  waiting: 3,
  retaken: 1,
  members: [{ member: 1, worker: "node17-of-the-long-name", silentSeconds: 4 }],
  clock: { at: clock.at },
};
const state = [...events.slice(0, begun + 1), seen].reduce(reduce, initialState);

test("the header counts workers, what waits for one, and what was retaken", () => {
  const shown = header({ state, elapsed: 1, left: undefined, columns: 80, words: false }).map(textOf);
  expect(shown[1]).toMatch(/^12 workers, 3 waiting, 1 retaken · /);
  for (const line of shown) expect(line.length).toBeLessThanOrEqual(80);
  const over = header({ state: events.reduce(reduce, state), elapsed: 1, left: undefined, columns: 80, words: false }).map(textOf);
  expect(over.join("\n")).not.toContain("workers");
});

test.for([80, 140])("lanes show the age of a worker's last word, its speed and its name, in %d columns", (columns) => {
  const { members, workers: elsewhere } = state;
  const shown = lanes({ members, metric: undefined, focus: 1, elsewhere, columns, height: 9 }).map(textOf);
  expect(shown[0]).toMatch(/^ {5}worker/);
  expect(shown[2]).toMatch(/^▶ {2}2 4 s [\d,.]+\/s node17/);
  for (const line of shown) expect(line.length).toBeLessThanOrEqual(columns);
  const here = lanes({ members, metric: undefined, focus: 1, columns: 140, height: 9 }).map(textOf);
  expect(here[2]).toContain("nin width=0.25");
});
