import * as tf from "@tensorflow/tfjs";
import { runTrainingKernel } from "./kernels.ts";

export interface MovingAverage {
  readonly average: tf.Tensor;
  /** What it takes up, of the same shape. */
  readonly value: tf.Tensor;
  /** The value counts so many times. Default 1. */
  readonly factor?: number;
}

/**
 * average · momentum + factor · value · (1 − momentum) of each, by the backend's kernel where it has one.
 * @returns in the same order, which the caller disposes; they may be the averages, overwritten
 */
export function movingAverages(all: readonly MovingAverage[], momentum: number): tf.Tensor[] {
  const inputs = Object.fromEntries(
    all.flatMap(({ average, value }, i): [string, tf.Tensor][] => [
      [`average${i}`, average],
      [`value${i}`, value],
    ]),
  );
  const factors = all.map(({ factor = 1 }) => factor);
  return (
    runTrainingKernel("MovingAverages", inputs, { momentum, factors }) ??
    all.map(({ average, value, factor = 1 }) =>
      tf.tidy(() => tf.add(tf.mul(average, momentum), tf.mul(factor === 1 ? value : tf.mul(value, factor), 1 - momentum))),
    )
  );
}
