import { render } from "ink-testing-library";
import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce, type RunState } from "../run/run-state.ts";
import { App } from "./app.tsx";
import type { RunKeys } from "./screen.ts";

const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

function app(state: RunState = initialState) {
  const pressed: string[] = [];
  const keys: RunKeys = {
    pause: () => pressed.push("pause"),
    stopAfterEpoch: () => pressed.push("stop"),
    quit: () => pressed.push("quit"),
    interrupt: () => pressed.push("interrupt"),
    note: () => undefined,
  };
  return { pressed, screen: render(<App state={state} since={0} note={undefined} keys={keys} watching={false} />) };
}

test("keys ask for what the footer says", async () => {
  const { pressed, screen } = app();
  await settle();
  for (const key of ["p", "s", "q", "\u0003", "x"]) {
    screen.stdin.write(key);
    await settle();
  }
  screen.unmount();
  expect(pressed).toEqual(["pause", "stop", "quit", "interrupt"]);
});

test("members are added, and what is asked of a member is asked of the chosen one; kernels are timed in their view", async () => {
  const asked: unknown[] = [];
  const keys: RunKeys = {
    addMember: () => asked.push("add"),
    steer: (steering, chosen) => asked.push([steering, chosen]),
    profile: (chosen) => asked.push(["profile", chosen]),
    quit: () => {},
    interrupt: () => {},
    note: () => undefined,
  };
  const state = exampleRun({ members: 3, epochs: 2 }).reduce(reduce, initialState);
  const screen = render(<App state={state} since={0} note={undefined} keys={keys} watching={false} />);
  await settle();
  for (const key of ["a", "x", "k", "[", "]", "P", "7", "P"]) {
    screen.stdin.write(key);
    await settle();
  }
  screen.unmount();
  expect(asked).toEqual([
    "add",
    [{ action: "end-member" }, undefined],
    [{ action: "learning-rate", factor: 0.5 }, 1],
    [{ action: "learning-rate", factor: 2 }, 1],
    ["profile", 1],
  ]);
});

test("keys that come together are keys one by one, also those of the filter", async () => {
  const state = exampleRun({ members: 6, epochs: 2 }).reduce(reduce, initialState);
  const { screen, pressed } = app(state);
  await settle();
  screen.stdin.write("kkkp");
  await settle();
  expect(screen.lastFrame()).toMatch(/✓▸ 3 /);
  expect(pressed).toEqual(["pause"]);
  for (const late of ["]11;rgb:ffff/ffff/ffff", "[6;20;10t", "_Gi=4211;OK"]) screen.stdin.write(late);
  await settle();
  expect(pressed).toEqual(["pause"]);
  expect(screen.lastFrame()).toMatch(/✓▸ 3 /); // "g" would have selected the first
  screen.stdin.write("/2-3");
  await settle();
  expect(screen.lastFrame()).toContain("/2-3");
  expect(screen.lastFrame()).not.toMatch(/^✓.? 1 /m);
  screen.unmount();
});

test("? opens and closes the help", async () => {
  const { screen } = app();
  await settle();
  screen.stdin.write("?");
  await settle();
  expect(screen.lastFrame()).toContain("ctrl-C again");
  screen.stdin.write("?");
  await settle();
  expect(screen.lastFrame()).not.toContain("ctrl-C again");
  screen.unmount();
});

test("m goes through the metrics and begins again", async () => {
  const { screen } = app(exampleRun({ members: 2, epochs: 2 }).reduce(reduce, initialState));
  await settle();
  const shown = [screen.lastFrame()];
  for (const key of ["m", "m"]) {
    screen.stdin.write(key);
    await settle();
    shown.push(screen.lastFrame());
  }
  expect(shown.map((frame) => /train (\S+) +test/.exec(frame ?? "")?.[1])).toEqual(["accuracy", "cross-entropy", "accuracy"]);
  screen.unmount();
});
