import type { RunEvent, StopRule } from "@benn/core";
import { renderToString } from "ink";
import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { stopSentence } from "../run/stop-words.ts";
import { summary } from "../run/summary.ts";
import { secondsLeft } from "../run/time-left.ts";
import { Dashboard } from "./dashboard.tsx";
import { initialUi } from "./ui-state.ts";
import { jsonScreen } from "./json-screen.ts";
import { plainScreen } from "./plain-screen.ts";

const stopWhen: StopRule = { metric: "accuracy", on: "validation", patience: 2, minDelta: 0 };
const message = "accuracy of the soft vote on validation rows has not risen for 2 members: 67.3 % at 1, 67.1 % at 3.";
const sentence = `Stopped early: ${message} All 3 members vote.`;

/** Ends after three of six members, while the fourth trains in parallel with the third. */
const events = ((): RunEvent[] => {
  const all = exampleRun({ members: 6, epochs: 4 }).map((event) => (event.type === "run-start" ? { ...event, stopWhen } : event));
  const third = all.findIndex((event) => event.type === "staged" && event.members === 3);
  const fourth = all.slice(third + 1, third + 13);
  const { clock } = all[third + 13]!;
  return [...all.slice(0, third), ...fourth, all[third]!, { type: "run-end", reason: "stopped-early", message, members: 3, clock }];
})();
const ended = events.reduce(reduce, initialState);
const draw = (state: typeof ended, rows = 24) =>
  renderToString(<Dashboard {...{ state, rows }} columns={120} ui={initialUi} since={0} note={undefined} watching />, {
    columns: 120,
  });

test("the dashboard says why it ended, in its place, and forgets the member that was not needed", () => {
  expect(draw(ended).replaceAll(/\s+/g, " ")).toContain(sentence);
  expect(draw(ended)).toContain("stopped early · ");
  expect(draw(ended)).toMatch(/· {2}4 .*0\/4$/m);
  for (const rows of [5, 12, 24, 50]) expect(draw(ended, rows).split("\n")).toHaveLength(rows);
  expect(ended.members.map(({ status }) => status)).toEqual(["done", "done", "done", "waiting", "waiting", "waiting"]);
});

test("before that, what is left is the most", () => {
  const running = events.slice(0, 30).reduce(reduce, initialState);
  expect(draw(running)).toMatch(/· at most about [\d hmins]+ left/);
  expect(draw(running)).toContain("soft vote · patience 2");
  expect(secondsLeft(ended)).toBeUndefined();
});

test("plain lines begin with the rule and end with why; json lines are the events", () => {
  const lines: string[] = [];
  const plain = plainScreen((text) => lines.push(text), { state: initialState });
  for (const event of events) plain.show(event);
  expect(lines[0]).toMatch(/; wasm; ends when the vote on validation rows has not improved for 2 members\n$/);
  expect(lines[1]).toMatch(/\(4 % of the run, at most about [\d hmins]+ left\)\n$/);
  expect(lines.at(-1)).toBe(`${sentence}\n`);
  const json: string[] = [];
  const screen = jsonScreen((text) => json.push(text));
  for (const event of events) screen.show(event);
  expect(JSON.parse(json.at(-1) ?? "")).toMatchObject({ type: "run-end", reason: "stopped-early", message, members: 3 });
});

test("the summary ends with it", () => {
  expect(summary(ended).at(-1)).toBe(sentence);
  const finished = exampleRun({ members: 2, epochs: 1 }).reduce(reduce, initialState);
  expect(summary(finished).join("\n")).not.toContain("Stopped early");
});

test("a run that the scheme stopped has the scheme's reason", () => {
  expect(stopSentence({ type: "run-end", reason: "stopped-by-scheme", message: "nothing left to learn.", members: 2 })).toBe(
    "Stopped early: nothing left to learn.",
  );
  expect(stopSentence({ type: "run-end", reason: "interrupted", members: 2 })).toBeUndefined();
});
