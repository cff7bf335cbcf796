import { expect, test } from "vitest";
import { OutOfMemoryError } from "../out-of-memory.ts";
import { withMemoryAdvice } from "./memory-advice.ts";

const full = (batch: number, gradientAccumulationSteps: number) => () =>
  withMemoryAdvice(0, batch, { batchSize: batch, gradientAccumulationSteps }, () => {
    throw new OutOfMemoryError("no room.");
  });

test("full memory is told with half the batch, and with twice as many parts, to try", () => {
  expect(full(128, 1)).toThrow(
    "member 1: no room. A batch of 128 does not fit: try --set batchSize=64, or --set gradientAccumulationSteps=2, which computes 64 of its rows at a time.",
  );
  expect(full(10, 4)).toThrow(
    "A batch of 10, 3 at a time, does not fit: try --set batchSize=5, or --set gradientAccumulationSteps=8, which",
  );
  expect(full(10, 8)).toThrow("gradientAccumulationSteps=10, which computes 1 of its rows at a time.");
});

test("where one image is too much, neither helps", () => {
  expect(full(1, 1)).toThrow("A batch of 1 does not fit: choose a smaller network.");
  expect(full(8, 8)).toThrow("A batch of 8, 1 at a time, does not fit: choose a smaller network.");
});

test("other errors stay what they are", () => {
  const error = new RangeError("no");
  expect(() =>
    withMemoryAdvice(0, 8, { batchSize: 8, gradientAccumulationSteps: 1 }, () => {
      throw error;
    }),
  ).toThrow(error);
});
