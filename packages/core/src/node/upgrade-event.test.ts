import { expect, test } from "vitest";
import type { RunEvent } from "../events.ts";
import { upgradeConfig } from "./upgrade-config.ts";
import { upgradeEvent } from "./upgrade-event.ts";

const clock = { at: 1 };
const upgrade = (event: object): object => upgradeEvent(event as RunEvent);

test("events of older logs have their metrics by name", () => {
  const dataset = { name: "made", train: 1, validation: 0, test: 1, labels: Array.from("abcdefghijkl") };
  expect(upgrade({ type: "run-start", dataset, clock })).toMatchObject({
    dataset,
    metrics: [{ name: "accuracy" }, { name: "top5" }, { name: "loss", better: "lower" }],
  });
  expect(upgrade({ type: "run-start", dataset: { ...dataset, labels: ["a"] }, clock })).toMatchObject({
    metrics: [{ name: "accuracy" }, { name: "loss" }],
  });
  expect(upgrade({ type: "step", loss: 2, accuracy: 0.5, top5: 0.75, clock })).toEqual({
    type: "step",
    loss: 2,
    metrics: { accuracy: 0.5, top5: 0.75 },
    clock,
  });
  expect(upgrade({ type: "epoch", loss: 2, accuracy: 0.5, clock })).toEqual({ type: "epoch", loss: 2, metrics: { accuracy: 0.5 }, clock });
  const [accuracy, top5, loss] = [0.5, 0.75, 2].map((train) => ({ train, test: train / 2 }));
  expect(upgrade({ type: "member-end", member: 0, accuracy, top5, loss, clock })).toEqual({
    type: "member-end",
    member: 0,
    metrics: { accuracy, top5, loss },
    clock,
  });
  const votes = { soft: 0.5 };
  expect(
    upgrade({ type: "staged", members: 2, validation: votes, test: votes, single: 0.25, singleMean: 0.375, outOfBag: 0.4, clock }),
  ).toEqual({
    type: "staged",
    members: 2,
    metrics: { accuracy: { validation: votes, test: votes, single: 0.25, singleMean: 0.375, outOfBag: 0.4 } },
    clock,
  });
  expect(upgrade({ type: "score", accuracy: 0.5, clock })).toEqual({ type: "score", metric: "accuracy", value: 0.5, clock });
  expect(upgrade({ type: "staged", members: 2, test: votes, top5: { test: votes }, single: 0.25, singleMean: 0.375, clock })).toMatchObject(
    {
      metrics: { accuracy: { test: votes }, top5: { test: votes } },
    },
  );
});

test("events of today, and those without metrics, stay as they are", () => {
  for (const event of [
    { type: "step", loss: 2, metrics: {}, clock },
    { type: "score", metric: "accuracy", value: 0.5, clock },
    { type: "warning", message: "", clock },
  ]) {
    expect(upgrade(event)).toBe(event);
  }
});

test("a saved configuration of before optimizers and schedules had options is the same run today", () => {
  const older = { members: 2, weightDecay: 1e-4, learningRateSchedule: { epochs: [3], factor: 0.5 } };
  expect(upgradeConfig(older)).toEqual({
    members: 2,
    optimizer: [{ name: "adam", weightDecay: 1e-4 }],
    schedule: { name: "steps", epochs: [3], factor: 0.5 },
  });
  expect(upgradeConfig({ members: 2 })).toEqual({ members: 2 });
});
