import type { RunEvent } from "@benn/core";
import { expect, test } from "vitest";
import { exampleRun } from "./example-run.ts";
import { initialState, reduce } from "./run-state.ts";
import { secondsLeft } from "./time-left.ts";

const fold = (events: readonly RunEvent[]) => events.reduce(reduce, initialState);
/** The estimated time left after a part of the run, and the time that the rest actually took. */
function compare(events: readonly RunEvent[], cut: number): readonly [number | undefined, number] {
  const state = fold(events.slice(0, cut));
  return [secondsLeft(state), fold(events).seconds - state.seconds];
}

test("nothing is claimed before a batch was timed or after the end", () => {
  const events = exampleRun({ members: 3, epochs: 4 });
  expect(secondsLeft(fold(events.slice(0, 2)))).toBeUndefined();
  expect(secondsLeft(fold(events))).toBeUndefined();
});

test("once a member is done, the estimate holds evaluation too and is right to a few percent", () => {
  const events = exampleRun({ members: 6, epochs: 5 });
  const first = events.findIndex((event) => event.type === "staged") + 1;
  for (const cut of [first, first + 20, first + 80]) {
    const [estimate = 0, truth] = compare(events, cut);
    expect(Math.abs(estimate - truth) / truth).toBeLessThan(0.05);
  }
});

test("within the first epoch it is guessed from the speed", () => {
  const events = exampleRun({ members: 2, epochs: 5 });
  const [estimate = 0, truth] = compare(events, 5);
  expect(estimate).toBeGreaterThan(truth / 2);
  expect(estimate).toBeLessThan(truth * 2);
});

test("members of another kind that were not trained yet are taken as the mean of the others", () => {
  const same = fold(exampleRun({ members: 4, epochs: 5 }).slice(0, 100));
  const mixed = fold(exampleRun({ members: 4, epochs: 5, architectures: ["nin", "resnet20"] }).slice(0, 100));
  expect(secondsLeft(mixed)).toBeCloseTo(secondsLeft(same) ?? 0, 0);
});

test("members trained side by side share the work", () => {
  const [start] = exampleRun({ members: 4, epochs: 5 });
  if (!start) throw new Error("no start");
  const { at } = start.clock;
  const began = [0, 1].map((member): RunEvent => ({ type: "member-start", member, epochs: 5, steps: 63, clock: { at } }));
  const epochs = [0, 1].map((member): RunEvent => ({
    type: "epoch",
    member,
    epoch: 0,
    epochs: 5,
    loss: 2,
    metrics: { accuracy: 0.3 },
    learningRate: 0.005,
    clock: { at: at + 10_000 },
  }));
  // 4 + 4 + 5 + 5 epochs of 10 s and their evaluations, two at a time.
  expect(secondsLeft(fold([start, ...began, ...epochs]))).toBeCloseTo((18 * 10 + (4 * 10 * 1.25) / 3) / 2);
});
