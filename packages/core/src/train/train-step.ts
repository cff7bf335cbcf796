import * as tf from "@tensorflow/tfjs";
import type { Loss } from "../loss.ts";
import type { Metric } from "../metric.ts";
import type { MemberOptimizer } from "./member-optimizer.ts";
import { namedWeights } from "./model-weights.ts";
import { prepareLayers } from "./predict-logits.ts";
import type { StepTensors } from "./step-metrics.ts";

/** What a step is made of. None of it is disposed. */
export interface StepParts {
  readonly model: tf.LayersModel;
  readonly optimizer: MemberOptimizer;
  readonly loss: Loss;
  /** Measured on the batch, by name: those that have a `sum`. */
  readonly metrics?: Readonly<Record<string, Metric>>;
  /** Rows that are computed at a time: the batch's parts have as many, the last one what is left. At least 1. Default: the whole batch. */
  readonly partRows?: number;
  readonly observer?: StepObserver;
}

/** Gets what a step computes on its way. The tensors are the step's: clone those that are to stay. */
export interface StepObserver {
  /** Logits of rows of the batch, from row `from` on. Once for each part. */
  logits?(logits: tf.Tensor2D, from: number): void;
  /** Gradients of the batch's loss before the update, by the names that checkpoints have, `conv1/kernel`. Once a step. */
  gradients?(gradients: ReadonlyMap<string, tf.Tensor>): void;
}

/** A batch, and where in the training it comes. */
export interface TrainBatch {
  /** Makes rows `from` to `to` − 1 of the batch [to − from, height, width, channels], which the step disposes. */
  images(from: number, to: number): tf.Tensor4D;
  /** Class of each image [batch]. */
  readonly labels: Int32Array;
  /** Of each image [batch], with a mean of about 1; absent: all alike. */
  readonly lossWeights?: Float32Array | undefined;
  /** [batch, classes], for a loss with a teacher. */
  readonly teacherLogits?: Float32Array | undefined;
  readonly learningRate: number;
  /** Share of the configuration's learning rate that this one is. Default 1. */
  readonly scheduled?: number;
  /** 32-bit, for layers that draw. */
  readonly seed: number;
  /** Epoch, from 0, and epochs of the member. */
  readonly epoch: number;
  readonly epochs: number;
}

/** Of some rows of a batch: their share of its loss, their sums of the metrics, and their share of its gradients, by the variables' names. */
type Sums = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, tf.Tensor>>;
  readonly gradients: tf.NamedTensorMap;
};

/**
 * The training step: a forward and a backward pass of each part of a batch, then one step of the optimizer. What layers keep for the
 * backward pass is there for one part at a time. Nothing is read: of the results a few numbers are left on the backend, never the logits.
 * @returns takes a batch and returns scalars, which the caller disposes
 */
export function createStep(parts: StepParts): (batch: TrainBatch) => StepTensors {
  const { model, optimizer, observer } = parts;
  return (batch) => {
    const { labels, learningRate, scheduled, seed, epoch, epochs } = batch;
    const { partRows = labels.length } = parts;
    let sums: Sums | undefined;
    try {
      for (let from = 0; from < labels.length; from += partRows) {
        prepareLayers(model, { training: true, seed, part: from / partRows, epoch, epochs });
        const before: Sums | undefined = sums;
        sums = tf.tidy(() => add(before, computeRows(parts, batch, from, Math.min(labels.length, from + partRows))));
        if (before) disposeSums(before);
      }
      if (!sums) throw new Error("a batch of no rows");
      if (observer?.gradients) observer.gradients(byName(model, sums.gradients));
      optimizer.apply(sums.gradients, learningRate, scheduled);
    } catch (error) {
      if (sums) disposeSums(sums);
      throw error;
    }
    const { gradients, ...results } = sums;
    tf.dispose(gradients);
    return results;
  };
}

function computeRows({ model, optimizer, loss, metrics = {}, observer }: StepParts, batch: TrainBatch, from: number, to: number): Sums {
  const { epoch, epochs } = batch;
  const x = batch.images(from, to);
  const labels = tf.tensor1d(batch.labels.subarray(from, to), "int32");
  const weights = batch.lossWeights && tf.tensor1d(batch.lossWeights.subarray(from, to));
  const classes = (batch.teacherLogits?.length ?? 0) / batch.labels.length;
  const teacherLogits =
    batch.teacherLogits && tf.tensor2d(batch.teacherLogits.subarray(from * classes, to * classes), [to - from, classes]);
  const share = (to - from) / batch.labels.length;
  let measured: Record<string, tf.Tensor> | undefined;
  const { value, grads: gradients } = tf.variableGrads(() => {
    const logits = model.apply(x, { training: true }) as tf.Tensor2D;
    observer?.logits?.(logits, from);
    measured = {};
    for (const [name, metric] of Object.entries(metrics)) {
      const sum = metric.sum && tf.tidy(() => metric.sum?.(logits, labels));
      if (sum) measured[name] = tf.keep(sum);
    }
    const rows = loss.rows({ logits, labels, epoch, epochs, ...(teacherLogits ? { teacherLogits } : {}) });
    const mean = tf.div<tf.Scalar>(tf.sum(weights ? tf.mul(rows, weights) : rows), to - from);
    return share === 1 ? mean : tf.mul(mean, share);
  }, optimizer.variables);
  if (!measured) throw new Error("the model was not run");
  return { loss: value, metrics: measured, gradients };
}

/** Inside a tidy; `now` is not needed any more, `before` is the caller's. */
function add(before: Sums | undefined, now: Sums): Sums {
  if (!before) return now;
  const sum = (one: Readonly<Record<string, tf.Tensor>>, other: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> =>
    Object.fromEntries(
      Object.entries(other).map(([name, tensor]) => {
        const known = one[name];
        return [name, known ? tf.add(known, tensor) : tensor];
      }),
    );
  const sums = {
    loss: tf.add(before.loss, now.loss),
    metrics: sum(before.metrics, now.metrics),
    gradients: sum(before.gradients, now.gradients) as tf.NamedTensorMap,
  };
  tf.dispose(Object.values(now.metrics)); // they were kept
  return sums;
}

function disposeSums({ loss, metrics, gradients }: Sums): void {
  tf.dispose([loss, ...Object.values(metrics)]);
  tf.dispose(gradients);
}

function byName(model: tf.LayersModel, gradients: tf.NamedTensorMap): ReadonlyMap<string, tf.Tensor> {
  const named = new Map<string, tf.Tensor>();
  for (const [name, weight] of namedWeights(model)) {
    const gradient = gradients[(weight.read() as tf.Variable).name];
    if (gradient) named.set(name, gradient);
  }
  return named;
}
