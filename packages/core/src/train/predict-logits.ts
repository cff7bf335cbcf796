import * as tf from "@tensorflow/tfjs";
import { allFinite } from "../checked/all-finite.ts";
import type { Split } from "../dataset.ts";
import { EVALUATION, isStepAware, type Step } from "../step.ts";
import { UserError } from "../user-error.ts";
import { imagesAhead } from "./images-ahead.ts";
import type { ResidentImages } from "./resident-images.ts";
import { YIELD_MILLISECONDS } from "./step-metrics.ts";

/** Batches whose logits are still on their way when the next one begins, so that a device never waits for a reader. */
const MOST_ON_THEIR_WAY = 3;

const REMEDY = "Train with a lower learningRate; if that does not help, try another backend.";

/** Tells every layer that wants to know what the coming step is. */
export function prepareLayers(model: tf.LayersModel, step: Step): void {
  for (const layer of model.layers) if (isStepAware(layer)) layer.prepare(step);
}

/**
 * Starts the forward pass of a batch in evaluation mode, for which the layers are prepared.
 * @param images makes [batch, height, width, channels], which this disposes
 * @returns logits [batch, classes], which the caller disposes
 */
export function forward(model: tf.LayersModel, images: () => tf.Tensor4D): tf.Tensor {
  return tf.tidy(() => model.apply(images()) as tf.Tensor);
}

export interface PredictOptions {
  /** For errors: `member 2, epoch 5, training images`. */
  readonly who: string;
  readonly batchSize: number;
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  /** The split's images, where they are on the device already. */
  readonly resident?: ResidentImages | undefined;
  /** For errors, a sentence: what to do about logits that are not finite. */
  readonly remedy?: string;
  /** Rows done before these, from which it goes on counting. Default 0. */
  readonly before?: number;
}

/**
 * The model's logits on rows of a split, in evaluation mode. It yields the number of rows done after each batch; a caller that stops asking
 * stops the work. Timers and messages get their turn in between.
 * @returns [rows.length, classes], row by row
 * @throws UserError naming the first row with a logit that is not finite
 */
export async function* predictLogits(
  model: tf.LayersModel,
  split: Split,
  rows: Int32Array,
  { who, batchSize, shape, classes, resident, before = 0, remedy = REMEDY }: PredictOptions,
): AsyncGenerator<number, Float32Array> {
  prepareLayers(model, EVALUATION);
  const logits = new Float32Array(rows.length * classes);
  const onTheirWay: { readonly at: number; readonly batch: Int32Array; readonly values: Promise<Float32Array> }[] = [];
  const take = async (): Promise<number> => {
    const next = onTheirWay.shift();
    if (!next) return before;
    const { at, batch } = next;
    const values = await next.values;
    checkLogits(who, values, batch, classes, remedy);
    logits.set(values, at * classes);
    return before + at + batch.length;
  };
  let yieldedAt = performance.now();
  try {
    for (let at = 0; at < rows.length; at += batchSize) {
      const batch = rows.subarray(at, at + batchSize);
      const following = { rows: rows.subarray(at + batchSize, at + 2 * batchSize) };
      const images = resident ? undefined : await imagesAhead(split, { rows: batch }, following);
      const output = forward(model, () => resident?.batch({ rows: batch }) ?? tf.tensor4d(images ?? [], [batch.length, ...shape]));
      onTheirWay.push({ at, batch, values: readAndDispose(output) });
      if (onTheirWay.length > MOST_ON_THEIR_WAY) yield await take();
      if (performance.now() - yieldedAt > YIELD_MILLISECONDS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        yieldedAt = performance.now();
      }
    }
    while (onTheirWay.length > 0) yield await take();
  } finally {
    await Promise.allSettled(onTheirWay.map(({ values }) => values));
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

async function readAndDispose(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return await tensor.data<"float32">();
  } finally {
    tensor.dispose();
  }
}

/** 0, 1, … n − 1. */
export function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
