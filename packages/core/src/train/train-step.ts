import * as tf from "../tensorflow.ts";
import type { EnsembleSum } from "../ensemble-scheme.ts";
import type { Loss } from "../loss.ts";
import type { Metric } from "../metric.ts";
import type { MemberOptimizer } from "./member-optimizer.ts";
import { namedWeights } from "./model-weights.ts";
import { prepareLayers } from "./predict-logits.ts";
import type { StepTensors } from "./step-metrics.ts";

/** The parts of a training step. The step disposes none of them. */
export interface StepParts {
  readonly model: tf.LayersModel;
  readonly optimizer: MemberOptimizer;
  readonly loss: Loss;
  /** Measured on the batch, by name: those that have a `sum`. */
  readonly metrics?: Readonly<Record<string, Metric>>;
  /**
   * Number of rows computed at a time: all parts of the batch have this size except the last, which has the rest. At least 1. Default: the
   * whole batch.
   */
  readonly partRows?: number;
  readonly observer?: StepObserver;
}

/** Receives intermediate results of a step. The step owns the tensors: clone those that you keep. */
export interface StepObserver {
  /** Logits of rows of the batch, from row `from` on. Called once per part. */
  logits?(logits: tf.Tensor2D, from: number): void;
  /** Gradients of the batch's loss before the update, by names in checkpoints, `conv1/kernel`. Called once per step. */
  gradients?(gradients: ReadonlyMap<string, tf.Tensor>): void;
}

/** A batch and its position in the training. */
export interface TrainBatch {
  /** Creates rows `from` to `to` − 1 of the batch [to − from, height, width, channels]; the step disposes them. */
  images(from: number, to: number): tf.Tensor4D;
  /** Class of each image [batch]. */
  readonly labels: Int32Array;
  /** Weight of each image [batch], with a mean of about 1; absent: equal weights. */
  readonly lossWeights?: Float32Array | undefined;
  /** [batch, classes], for a loss with a teacher. */
  readonly teacherLogits?: Float32Array | undefined;
  /** Of an additive scheme: Σ alpha · logits of the members so far [batch, classes], and Σ alpha. */
  readonly ensemble?: EnsembleSum | undefined;
  readonly learningRate: number;
  /** The learning rate of this step as a share of the configured one. Default 1. */
  readonly scheduled?: number;
  /** 32-bit, for layers that draw random numbers. */
  readonly seed: number;
  /** Current epoch, from 0, and epochs of the member. */
  readonly epoch: number;
  readonly epochs: number;
}

/** Contributions of some rows of a batch to its loss, to the sums of the metrics, and to its gradients, by the variables' names. */
type Sums = {
  readonly loss: tf.Tensor;
  readonly metrics: Readonly<Record<string, tf.Tensor>>;
  readonly gradients: tf.NamedTensorMap;
};

/**
 * The training step: a forward and a backward pass for each part of a batch, then one optimizer step. Only one part's intermediate values
 * are kept at a time. Nothing is read back: the results are a few numbers on the backend, never the logits.
 * @returns a function that takes a batch and returns scalars, which the caller disposes
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
  const rowsOf = (values: Float32Array): tf.Tensor2D => {
    const classes = values.length / batch.labels.length;
    return tf.tensor2d(values.subarray(from * classes, to * classes), [to - from, classes]);
  };
  const teacherLogits = batch.teacherLogits && rowsOf(batch.teacherLogits);
  const ensemble = batch.ensemble && { logits: rowsOf(batch.ensemble.logits), weight: batch.ensemble.weight };
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
    const rows = loss.rows({
      logits,
      labels,
      epoch,
      epochs,
      ...(teacherLogits ? { teacherLogits } : {}),
      ...(ensemble ? { ensemble } : {}),
    });
    const mean = tf.div<tf.Scalar>(tf.sum(weights ? tf.mul(rows, weights) : rows), to - from);
    return share === 1 ? mean : tf.mul(mean, share);
  }, optimizer.variables);
  if (!measured) throw new Error("the model was not run");
  return { loss: value, metrics: measured, gradients };
}

/** Called inside a tidy; `now` is no longer needed, `before` belongs to the caller. */
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
  tf.dispose(Object.values(now.metrics)); // they had been kept
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
