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
