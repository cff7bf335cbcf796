import * as tf from "./tensorflow.ts";
import { runTrainingKernel } from "./kernels.ts";

export interface MovingAverage {
  readonly average: tf.Tensor;
  /** The new value, of the same shape. */
  readonly value: tf.Tensor;
  /** Multiplies the value. Default 1. */
  readonly factor?: number;
}

/**
 * average · momentum + factor · value · (1 − momentum) for each, by the backend's kernel if it has one.
 * @returns new averages in the same order, which the caller disposes; they may be the averages overwritten in place
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
