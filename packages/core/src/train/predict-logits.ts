import type * as tf from "../tensorflow.ts";
import { allFinite } from "../checked/all-finite.ts";
import type { Split } from "../dataset.ts";
import { EVALUATION, isStepAware, type LayerContext } from "../layer-context.ts";
import { UserError } from "../user-error.ts";
import { forwardBatches } from "./forward-batches.ts";
import type { Batch } from "./images-ahead.ts";
import type { ResidentImages } from "./resident-images.ts";

const REMEDY = "Train with a lower learningRate; if that does not help, try another backend.";

/** Prepares every step-aware layer for the next step. */
export function prepareLayers(model: tf.LayersModel, step: LayerContext): void {
  for (const layer of model.layers) if (isStepAware(layer)) layer.prepare(step);
}

export interface PredictOptions {
  /** For errors: `member 2, epoch 5, training images`. */
  readonly who: string;
  readonly batchSize: number;
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  /** The split's images, if they are on the device already. */
  readonly resident?: ResidentImages | undefined;
  /** Called right before the layers compute a batch. */
  readonly beforeBatch?: ((nth: number) => void) | undefined;
  /** A sentence for errors: what to do about logits that are not finite. */
  readonly remedy?: string;
  /** Rows done before these, added to the count. Default 0. */
  readonly before?: number;
}

/**
 * The model's logits on rows of a split, in evaluation mode. Yields the number of rows done after each batch; the work stops if the caller
 * stops iterating. Timers and messages are processed in between.
 * @returns [rows.length, classes], row by row
 * @throws UserError that names the first row with a logit that is not finite
 */
export async function* predictLogits(
  model: tf.LayersModel,
  split: Split,
  rows: Int32Array,
  { who, batchSize, shape, classes, resident, beforeBatch, before = 0, remedy = REMEDY }: PredictOptions,
): AsyncGenerator<number, Float32Array> {
  prepareLayers(model, EVALUATION);
  const logits = new Float32Array(rows.length * classes);
  const batch = (nth: number): Batch => ({ rows: rows.subarray(nth * batchSize, (nth + 1) * batchSize) });
  const options = { batches: Math.ceil(rows.length / batchSize), batch, shape, resident, beforeBatch, keep: (output: tf.Tensor) => output };
  for await (const { nth, values } of forwardBatches(model, split, options)) {
    const at = nth * batchSize;
    const { rows: own } = batch(nth);
    checkLogits(who, values, own, classes, remedy);
    logits.set(values, at * classes);
    yield before + at + own.length;
  }
  return logits;
}

function checkLogits(who: string, values: Float32Array, rows: Int32Array, classes: number, remedy: string): void {
  if (values.length !== rows.length * classes) {
    throw new UserError(
      `${who}: the model gives ${values.length} numbers for ${rows.length} images. It must give a logit for each of ${classes} classes.`,
    );
  }
  if (allFinite(values)) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new UserError(
    `${who}: the logit of class ${at % classes} for row ${rows[Math.floor(at / classes)]} is ${values[at]}, though weights and images are finite. ${remedy}`,
  );
}

/** 0, 1, … n − 1. */
export function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
