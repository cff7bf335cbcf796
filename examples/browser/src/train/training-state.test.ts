import type { RunEvent } from "@benn/core";
import { expect, test } from "vitest";
import { after, atRest, type TrainingState } from "./training-state.ts";

const clock = { at: 0, imagesPerSecond: 500 };
const planned = { members: 2, epochs: 2 };
const run = (events: readonly object[]): TrainingState =>
  events.reduce<TrainingState>((state, event) => after(state, { clock, ...event } as unknown as RunEvent, planned), atRest);

test("epochs move the curve and the progress, stages the vote", () => {
  const state = run([
    { type: "epoch", member: 0, epoch: 0, metrics: { accuracy: 0.2 } },
    { type: "epoch", member: 0, epoch: 1, metrics: { accuracy: 0.3 } },
    { type: "staged", members: 1, metrics: { accuracy: { test: { soft: 0.25 }, single: 0.25 } } },
    { type: "epoch", member: 1, epoch: 0, metrics: { accuracy: 0.2 } },
  ]);
  expect(state).toMatchObject({ progress: 0.75, imagesPerSecond: 500, isOver: false, sentence: "Network 2 of 2: epoch 1 of 2 done." });
  expect(state.epochs.map(({ member, epoch }) => [member, epoch])).toEqual([
    [1, 1],
    [1, 2],
    [2, 1],
  ]);
  expect(state.stages).toEqual([{ members: 1, vote: 0.25, single: 0.25 }]);
});

test("the end says why it came", () => {
  expect(run([{ type: "run-end", reason: "finished" }])).toMatchObject({ isOver: true, sentence: "Done." });
  expect(run([{ type: "run-end", reason: "interrupted" }])).toMatchObject({ isOver: true, sentence: "Stopped." });
  expect(run([{ type: "run-end", reason: "stopped-by-scheme", message: "It is right on every row." }]).sentence).toBe(
    "It is right on every row.",
  );
});
