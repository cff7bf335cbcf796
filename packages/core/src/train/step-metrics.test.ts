import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { StepMetrics } from "./step-metrics.ts";

beforeAll(() => tf.setBackend("cpu"));

const tensors = (loss: number, right: number, top: number) => ({
  loss: tf.scalar(loss),
  metrics: { accuracy: tf.scalar(right, "int32"), top5: tf.scalar(top) },
});

test("the numbers of every step come once, in order, and their tensors go", async () => {
  const { numTensors } = tf.memory();
  const metrics = new StepMetrics();
  expect(await metrics.read(true)).toEqual([]);
  metrics.add(3, 10, tensors(0.5, 7, 9));
  metrics.add(4, 6, tensors(0.25, 5, 6));
  const first = await metrics.read(true);
  metrics.add(5, 2, tensors(1, 0, 1));
  expect([...first, ...(await metrics.read(true))]).toEqual([
    { step: 3, rows: 10, loss: 0.5, metrics: { accuracy: 7, top5: 9 } },
    { step: 4, rows: 6, loss: 0.25, metrics: { accuracy: 5, top5: 6 } },
    { step: 5, rows: 2, loss: 1, metrics: { accuracy: 0, top5: 1 } },
  ]);
  expect(await metrics.read(true)).toEqual([]);
  expect(tf.memory().numTensors).toBe(numTensors);
});

test("without waiting come those that have arrived; in the end all have come", async () => {
  const metrics = new StepMetrics();
  const steps: number[] = [];
  for (let step = 0; step < 8; step++) {
    metrics.add(step, 1, tensors(step, 0, 0));
    for (const result of await metrics.read(false)) steps.push(result.step);
    expect(steps.length).toBeGreaterThanOrEqual(step - 2); // at most this many groups are pending
  }
  for (const result of await metrics.read(true)) steps.push(result.step);
  expect(steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("what was not read is let go of", async () => {
  const { numTensors } = tf.memory();
  const metrics = new StepMetrics();
  metrics.add(0, 1, tensors(1, 1, 1));
  metrics.dispose();
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(await metrics.read(true)).toEqual([]);
});
