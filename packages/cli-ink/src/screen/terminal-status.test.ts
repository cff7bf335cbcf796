import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { terminalStatus } from "./terminal-status.ts";

const events = exampleRun({ members: 2, epochs: 4 });
const half = events.slice(0, Math.floor(events.length / 2)).reduce(reduce, initialState);

function written(env: NodeJS.ProcessEnv): { texts: string[]; status: ReturnType<typeof terminalStatus> } {
  const texts: string[] = [];
  return { texts, status: terminalStatus((text) => texts.push(text), env) };
}

test("the title says how far the run is, once, and is given back", () => {
  const { texts, status } = written({});
  status.show(half);
  status.show(half);
  status.close();
  expect(texts).toHaveLength(3);
  expect(texts[1]).toBe("\u001B]2;50 % member 2 of 2 · 2026-11-24-nin-bagging\u001B\\");
  expect(texts[2]).toBe("\u001B[?1007l\u001B[23;2t");
});

test("progress goes to terminals that draw it, and to no other", () => {
  const { texts, status } = written({ TERM_PROGRAM: "ghostty" });
  status.show(half);
  status.show(reduce(half, { type: "control", state: "paused", clock: { at: 0 } }));
  status.close();
  expect(texts[1]).toContain("\u001B]9;4;1;50\u001B\\");
  expect(texts[2]).toContain("\u001B]9;4;4;50\u001B\\");
  expect(texts.at(-1)).toContain("\u001B]9;4;0;0\u001B\\");
  const other = written({ TERM_PROGRAM: "iTerm.app", TERM: "xterm-256color" });
  other.status.show(half);
  expect(other.texts.join("")).not.toContain("]9;");
});

test("a run's name cannot end the title", () => {
  const { texts, status } = written({});
  const [start] = events;
  if (start?.type !== "run-start") throw new Error("no start");
  status.show(reduce(initialState, { ...start, run: "evil\u0007\u001B]52;c;aGk=\u0007" }));
  expect(texts[1]!.slice(4, -2)).not.toMatch(/[\u0007\u001B]/); // eslint-disable-line no-control-regex
});
