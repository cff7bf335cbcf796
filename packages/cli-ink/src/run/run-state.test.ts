import type { RunEvent, RunEventBody } from "@benn/core";
import { expect, test } from "vitest";
import { exampleRun } from "./example-run.ts";
import { epochsDone, inTraining, initialState, memberInFocus, progressOf, reduce, resumed, type RunState } from "./run-state.ts";

const fold = (events: readonly RunEvent[], from: RunState = initialState): RunState => events.reduce(reduce, from);
const upTo = (events: readonly RunEvent[], is: (event: RunEvent) => boolean): RunEvent[] => events.slice(0, events.findIndex(is) + 1);
const tell = (body: RunEventBody, at: number): RunEvent => ({ ...body, clock: { at } });

test("a finished run has every member done, every stage and an end", () => {
  const state = fold(exampleRun({ members: 3, epochs: 4 }));
  expect(state.members.map(({ status, epoch }) => [status, epoch])).toEqual(Array.from({ length: 3 }, () => ["done", 4]));
  expect(state.staged.map(({ members }) => members)).toEqual([1, 2, 3]);
  expect(state.end?.reason).toBe("finished");
  expect(progressOf(state)).toBe(1);
  expect(inTraining(state)).toEqual([]);
});

test("progress counts the steps of the running epoch", () => {
  const events = exampleRun({ members: 2, epochs: 4, steps: 10 });
  const state = fold(upTo(events, (event) => event.type === "step" && event.member === 1 && event.epoch === 1 && event.step === 5));
  expect(memberInFocus(state)?.member).toBe(1);
  expect(state.members.map(epochsDone)).toEqual([4, 1.5]);
  expect(progressOf(state)).toBeCloseTo(5.5 / 8);
});

test("events that come again after a checkpoint leave the state as it was", () => {
  const events = exampleRun({ members: 3, epochs: 4 });
  const until = events.findIndex((event) => event.type === "epoch" && event.member === 1 && event.epoch === 2);
  const checkpoint = events.findIndex((event) => event.type === "epoch" && event.member === 1 && event.epoch === 0);
  const once = fold(events);
  const again = fold(events.slice(checkpoint + 1), resumed(fold(events.slice(0, until))));
  const { seconds: _a, at: _b, speed: _e, ...untimed } = once;
  const { seconds: _c, at: _d, speed: _f, ...untimedAgain } = again;
  const timeless = (state: Omit<RunState, "seconds" | "at" | "speed">) => ({
    ...state,
    members: state.members.map(({ beganAt: _began, epochsDoneAt: _epochs, endedAt: _ended, ...member }) => member),
  });
  expect(timeless(untimedAgain)).toEqual(timeless(untimed));
});

test("an interrupted run that goes on is not over, and starts anew if its events begin again", () => {
  const events = exampleRun({ members: 2, epochs: 3 });
  const half = fold(events.slice(0, 20));
  const stopped = reduce(half, tell({ type: "run-end", reason: "interrupted", members: 0 }, (half.at ?? 0) + 1000));
  expect(stopped.end?.reason).toBe("interrupted");
  const [next] = events.slice(20);
  if (!next) throw new Error("too short");
  expect(reduce(stopped, next).end).toBeUndefined();
  expect(fold(events, stopped).staged).toHaveLength(2);
});

test("pauses, and the time a run lay still, are not counted as work", () => {
  const [start, began] = exampleRun({ members: 1, epochs: 1 });
  if (!start || !began) throw new Error("too short");
  const step = (done: number, at: number) => tell({ type: "step", member: 0, epoch: 0, step: done, steps: 9, loss: 1, metrics: {} }, at);
  const t = began.clock.at;
  let state = fold([start, began, step(1, t + 1000)]);
  const before = state.seconds;
  state = fold(
    [tell({ type: "control", state: "paused" }, t + 1500), tell({ type: "control", state: "running" }, t + 60_000), step(2, t + 61_000)],
    state,
  );
  expect(state.seconds - before).toBeCloseTo(0.5 + 1);
  state = fold(
    [tell({ type: "run-end", reason: "interrupted", members: 0 }, t + 61_000), step(3, t + 9_000_000), step(4, t + 9_001_000)],
    state,
  );
  expect(state.seconds - before).toBeCloseTo(0.5 + 1 + 1);
  // Killed: no end was written.
  state = fold([step(5, t + 99_000_000)], state);
  expect(state.seconds - before).toBeCloseTo(0.5 + 1 + 1);
});

test("histories stay bounded in a long run", () => {
  const [start, began] = exampleRun({ members: 1, epochs: 1 });
  if (!start || !began) throw new Error("too short");
  let state = fold([start, began]);
  for (let i = 0; i < 9000; i++)
    state = reduce(
      state,
      tell({ type: "step", member: 0, epoch: Math.floor(i / 20), step: (i % 20) + 1, steps: 20, loss: i, metrics: {} }, 0),
    );
  const curve = state.members[0]?.batchLoss ?? [];
  expect(curve.length).toBeLessThanOrEqual(2000);
  expect(curve[0]?.y).toBe(0);
  expect(curve.at(-1)?.y).toBe(8999);
  expect(curve.every((point, i) => i === 0 || point.x > (curve[i - 1]?.x ?? 0))).toBe(true);
});

test("a member without a vote, a warning and a stop by the scheme are kept", () => {
  const events = exampleRun({ members: 2, epochs: 2 });
  const state = fold(
    [
      tell({ type: "warning", member: 0, message: "weak" }, 0),
      tell({ type: "warning", member: 0, message: "weak" }, 0),
      tell(
        {
          type: "member-end",
          member: 0,
          bestEpoch: 1,
          error: 0.9,
          metrics: { accuracy: { train: 0.1, test: 0.1 } },
          stop: "no better than chance",
        },
        0,
      ),
      tell({ type: "run-end", reason: "stopped-by-scheme", message: "no better than chance", members: 0 }, 0),
    ],
    fold(upTo(events, (event) => event.type === "epoch" && event.epoch === 1)),
  );
  expect(state.members.map(({ status }) => status)).toEqual(["rejected", "waiting"]);
  expect(state.warnings).toEqual([{ member: 0, message: "weak" }]);
  expect(state.end?.reason).toBe("stopped-by-scheme");
});

test("a pretrained model is in focus while it trains and counts in the progress", () => {
  const [start] = exampleRun({ members: 2, epochs: 4 });
  if (start?.type !== "run-start") throw new Error("no start");
  let state = fold([{ ...start, pretrainEpochs: 2 }, tell({ type: "member-start", member: -1, epochs: 2, steps: 63 }, 0)]);
  state = reduce(
    state,
    tell({ type: "epoch", member: -1, epoch: 0, epochs: 2, loss: 2, metrics: { accuracy: 0.2 }, learningRate: 0.01 }, 0),
  );
  expect(memberInFocus(state)?.member).toBe(-1);
  expect(progressOf(state)).toBeCloseTo(1 / 10);
  state = reduce(state, tell({ type: "member-start", member: 0, epochs: 4, steps: 63 }, 0));
  expect(memberInFocus(state)?.member).toBe(0);
});

test("members trained side by side are all in training; the first of them is in focus until it is done", () => {
  const [start] = exampleRun({ members: 3, epochs: 4 });
  if (!start) throw new Error("no start");
  const began = [0, 1].map((member) => tell({ type: "member-start", member, epochs: 4, steps: 63 }, start.clock.at));
  const step = (member: number) =>
    tell({ type: "step", member, epoch: 0, step: 3, steps: 63, loss: 2, metrics: {} }, start.clock.at + 1000);
  let state = fold([start, ...began, step(0), step(1)]);
  expect(inTraining(state).map(({ member }) => member)).toEqual([0, 1]);
  expect(memberInFocus(state)?.member).toBe(0);
  const end = { bestEpoch: 3, error: 0.4, alpha: 1, metrics: { accuracy: { train: 0.5, test: 0.5 } } };
  state = fold([tell({ type: "member-end", member: 0, ...end }, start.clock.at + 2000)], state);
  expect(memberInFocus(state)?.member).toBe(1);
});

test("a metric has its curve from the first batch on that measures it, and keeps it when batches do not", () => {
  const [start, began] = exampleRun({ members: 1, epochs: 2 });
  if (!start || !began) throw new Error("too short");
  const step = (epoch: number, metrics: Readonly<Record<string, number>>) =>
    tell({ type: "step", member: 0, epoch, step: 3, steps: 63, loss: 2, metrics }, start.clock.at);
  const ended = tell(
    { type: "epoch", member: 0, epoch: 0, epochs: 2, loss: 2, metrics: { accuracy: 0.2, mine: 3 }, learningRate: 0.01 },
    start.clock.at,
  );
  const first = fold([start, began, step(0, { accuracy: 0.1 })]);
  expect(first.members[0]?.curves).toEqual({ accuracy: [] });
  const curves = { accuracy: [{ x: 1, y: 0.2 }], mine: [{ x: 1, y: 3 }] };
  expect(fold([ended, step(1, {})], first).members[0]?.curves).toEqual(curves);
});
