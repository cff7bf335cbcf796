import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { LossRows } from "../loss.ts";
import type { Metric } from "../metric.ts";
import type { ParameterStep, UpdateStep } from "../optimizer.ts";
import type { ScheduledStep } from "../schedule.ts";
import type { Ballot } from "../voter.ts";
import { examineLoss, examineMetric, examineOptimizer, examineSchedule, examineVoter } from "./examine-parts.ts";

beforeAll(() => tf.setBackend("cpu"));

const different = (...arrays: ArrayLike<number>[]): boolean =>
  new Set(arrays.map((values) => String([...(values as number[])]))).size === arrays.length;
const byClass = Int32Array.from({ length: 12 }, (_, row) => row % 3);

test("a voter is fitted, where it learns, and votes for two different members", () => {
  const calls: [string, Ballot & { labels?: Int32Array }][] = [];
  const vote = (ballot: Ballot) => (calls.push(["vote", ballot]), new Float64Array(36));
  examineVoter({ vote, fit: (data) => void calls.push(["fit", data]) }, 3);
  expect(calls.map(([name]) => name)).toEqual(["fit", "vote"]);
  for (const [, { logits, alphas, classes }] of calls) {
    expect(logits.map(({ length }) => length)).toEqual([36, 36]);
    expect(different(...logits)).toBe(true);
    expect([alphas, classes]).toEqual([[1, 0.5], 3]);
  }
  expect(calls[0]?.[1].labels).toEqual(byClass);
  examineVoter({ vote }, 3);
  expect(calls).toHaveLength(3);
});

const metric: Metric = { title: "m", unit: "", better: "higher", of: () => 1 };

test("a metric is asked for logits and for votes, unless it is of members only", async () => {
  const seen: string[] = [];
  const of: Metric["of"] = (scores, labels) => {
    expect([scores.length, labels]).toEqual([36, byClass]);
    seen.push(scores.constructor.name);
    return 1;
  };
  await examineMetric({ ...metric, of }, "metric mine", 3);
  await examineMetric({ ...metric, of, membersOnly: true }, "metric mine", 3);
  expect(seen).toEqual(["Float32Array", "Float64Array", "Float32Array"]);
});

test("a metric's sum on the device gets the same rows, and must be finite", async () => {
  const before = tf.memory().numTensors;
  const shapes: unknown[] = [];
  const sum: NonNullable<Metric["sum"]> = (logits, labels) => {
    shapes.push([logits.shape, labels.shape, labels.dtype]);
    return tf.sum(logits);
  };
  await examineMetric({ ...metric, sum }, "metric mine", 3);
  expect(shapes).toEqual([[[12, 3], [12], "int32"]]);
  const wrong = examineMetric({ ...metric, sum: () => tf.scalar(Infinity) }, "metric mine", 3);
  await expect(wrong).rejects.toThrow("metric mine: sum returned Infinity for small and finite numbers. It must be finite.");
  expect(tf.memory().numTensors).toBe(before);
});

test("a loss gets logits, labels and, where it has a teacher, the teacher's logits; its gradient must be finite", async () => {
  const before = tf.memory().numTensors;
  const seen: LossRows[] = [];
  const rows = (batch: LossRows): tf.Tensor1D => (seen.push(batch), tf.sum<tf.Tensor1D>(tf.square(batch.logits), 1));
  await examineLoss({ rows }, "loss mine", 3);
  await examineLoss({ rows, teacher: "runs/teacher" }, "loss mine", 3);
  expect(seen.map(({ epoch, epochs }) => [epoch, epochs])).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(seen.map(({ logits, teacherLogits }) => [logits.shape, teacherLogits?.shape])).toEqual([
    [[12, 3], undefined],
    [
      [12, 3],
      [12, 3],
    ],
  ]);
  const steep = (batch: LossRows): tf.Tensor1D => tf.sum<tf.Tensor1D>(tf.sqrt(tf.mul(batch.logits, 0)), 1);
  await expect(examineLoss({ rows: steep }, "loss mine", 3)).rejects.toThrow(/^loss mine: rows, or its gradient, gave (NaN|-?Infinity) /);
  expect(tf.memory().numTensors).toBe(before);
});

const slotsOf = (steps: readonly ParameterStep[]) => steps.map(({ weight, slots }) => ({ weight: tf.clone(weight), slots }));

test("an optimizer updates those of three parameters that it claims, with slots of zeros", async () => {
  const before = tf.memory().numTensors;
  const seen: [readonly ParameterStep[], UpdateStep][] = [];
  const update = (steps: readonly ParameterStep[], at: UpdateStep) => (seen.push([steps, at]), slotsOf(steps));
  await examineOptimizer({ slots: ["velocity"], update }, "optimizer mine");
  const [[steps, at]] = seen as [(typeof seen)[0]];
  expect(at).toEqual({ learningRate: 1e-3, scheduled: 1, step: 1 });
  expect(
    steps.map(({ parameter, weight, gradient, slots }) => [parameter, weight.shape, gradient.shape, slots["velocity"]?.shape]),
  ).toEqual(
    (
      [
        ["conv1/kernel", false, [3, 3, 2, 4]],
        ["conv2/kernel", true, [1, 1, 4, 5]],
        ["conv2/bias", false, [5]],
      ] as const
    ).map(([name, isBinaryKernel, shape]) => [{ name, isBinaryKernel }, shape, shape, shape]),
  );
  await examineOptimizer({ slots: [], claims: ({ isBinaryKernel }) => isBinaryKernel, update }, "optimizer mine");
  expect(seen[1]?.[0].map(({ parameter }) => parameter.name)).toEqual(["conv2/kernel"]);
  await examineOptimizer({ slots: [], claims: () => false, update }, "optimizer mine");
  expect(seen).toHaveLength(2);
  expect(tf.memory().numTensors).toBe(before);
});

test("a new weight or slot that is not finite is told of", async () => {
  const of = (wrong: (steps: readonly ParameterStep[]) => ReturnType<typeof slotsOf>) =>
    examineOptimizer({ slots: ["velocity"], update: wrong }, "optimizer mine");
  const message = "optimizer mine: update returned NaN for small and finite numbers. It must be finite.";
  const bad = () => tf.scalar(Number.NaN);
  await expect(of((steps) => slotsOf(steps).map((own) => ({ ...own, weight: bad() })))).rejects.toThrow(message);
  await expect(of((steps) => slotsOf(steps).map((own) => ({ ...own, slots: { velocity: bad() } })))).rejects.toThrow(message);
});

test("a schedule is asked for the first and the last step of every epoch", () => {
  const seen: ScheduledStep[] = [];
  const schedule = { rate: (step: ScheduledStep) => seen.push(step) };
  examineSchedule(schedule, { learningRate: 2, epochs: 2, steps: 5 });
  expect(seen.map(({ epoch, step }) => [epoch, step])).toEqual([
    [0, 0],
    [0, 4],
    [1, 0],
    [1, 4],
  ]);
  expect(seen[0]).toEqual({ learningRate: 2, epoch: 0, epochs: 2, step: 0, steps: 5 });
  seen.length = 0;
  examineSchedule(schedule, { learningRate: 2, epochs: 1, steps: 1 });
  expect(seen).toHaveLength(1);
});
