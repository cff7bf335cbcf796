import * as tf from "@tensorflow/tfjs";
import type { Adam } from "../adam.ts";
import { softmaxCrossEntropy } from "../softmax-cross-entropy.ts";
import { prepareLayers } from "./predict-logits.ts";
import type { StepTensors } from "./step-metrics.ts";
import { topFiveHits } from "./top-five-hits.ts";

export interface TrainStep {
  /** Makes rows `from` to `to` − 1 of the batch [to − from, height, width, channels], which this disposes. */
  images(from: number, to: number): tf.Tensor4D;
  /** Class of each image [batch]. */
  readonly labels: Int32Array;
  /** Of each image [batch], with a mean of about 1; absent: all alike. */
  readonly lossWeights: Float32Array | undefined;
  /** Rows that are computed at a time: the batch's parts have as many, the last one what is left. At least 1. */
  readonly partRows: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Whether to count the labels among the five highest logits too. */
  readonly topFive: boolean;
}

/** Of some rows of a batch: their share of its loss, of its hits and of its gradients, by the variables' names. */
type Sums = {
  readonly loss: tf.Tensor;
  readonly hits: tf.Tensor;
  readonly topFive: tf.Tensor | undefined;
  readonly gradients: tf.NamedTensorMap;
};

/**
 * A forward and a backward pass of each part of a batch, then one step of the optimiser. What layers keep for the backward
 * pass is there for one part at a time. Nothing is read: of the results two or three numbers are left on the backend, never
 * the logits.
 * @returns scalars, which the caller disposes
 */
export function trainStep(model: tf.LayersModel, optimizer: Adam, step: TrainStep): StepTensors {
  const { labels, partRows, learningRate, seed } = step;
  let sums: Sums | undefined;
  try {
    for (let from = 0; from < labels.length; from += partRows) {
      prepareLayers(model, { training: true, seed, part: from / partRows });
      const before: Sums | undefined = sums;
      sums = tf.tidy(() => add(before, computeRows(model, optimizer, step, from, Math.min(labels.length, from + partRows))));
      if (before) disposeSums(before);
    }
    if (!sums) throw new Error("a batch of no rows");
    optimizer.apply(sums.gradients, learningRate);
  } catch (error) {
    if (sums) disposeSums(sums);
    throw error;
  }
  const { gradients, ...results } = sums;
  tf.dispose(gradients);
  return results;
}

function computeRows(model: tf.LayersModel, optimizer: Adam, step: TrainStep, from: number, to: number): Sums {
  const x = step.images(from, to);
  const labels = tf.tensor1d(step.labels.subarray(from, to), "int32");
  const weights = step.lossWeights && tf.tensor1d(step.lossWeights.subarray(from, to));
  const share = (to - from) / step.labels.length;
  let hits: tf.Tensor | undefined;
  let topFive: tf.Tensor | undefined;
  const { value: loss, grads: gradients } = tf.variableGrads(() => {
    const logits = model.apply(x, { training: true }) as tf.Tensor2D;
    hits = tf.keep(tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), "float32")));
    if (step.topFive) topFive = tf.keep(topFiveHits(logits, labels));
    const mean = softmaxCrossEntropy(logits, labels, weights);
    return share === 1 ? mean : tf.mul(mean, share);
  }, optimizer.variables);
  if (!hits) throw new Error("the model was not run");
  return { loss, hits, topFive, gradients };
}

/** Inside a tidy; `now` is not needed any more, `before` is the caller's. */
function add(before: Sums | undefined, now: Sums): Sums {
  if (!before) return now;
  const sums = {
    loss: tf.add(before.loss, now.loss),
    hits: tf.add(before.hits, now.hits),
    topFive: before.topFive && now.topFive && tf.add(before.topFive, now.topFive),
    gradients: Object.fromEntries(
      Object.entries(now.gradients).map(([name, gradient]) => {
        const sum = before.gradients[name];
        return [name, sum ? tf.add(sum, gradient) : gradient];
      }),
    ),
  };
  tf.dispose([now.hits, ...(now.topFive ? [now.topFive] : [])]); // they were kept
  return sums;
}

function disposeSums({ loss, hits, topFive, gradients }: Sums): void {
  tf.dispose([loss, hits, ...(topFive ? [topFive] : [])]);
  tf.dispose(gradients);
}
