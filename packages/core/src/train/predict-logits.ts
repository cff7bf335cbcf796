import * as tf from "@tensorflow/tfjs";
import type { Split } from "../dataset.ts";
import { EVALUATION, isStepAware, type Step } from "../step.ts";
import { imagesAhead } from "./images-ahead.ts";
import type { ResidentImages } from "./resident-images.ts";

/** Batches whose logits are still on their way when the next one begins, so that a device never waits for a reader. */
const MOST_ON_THEIR_WAY = 3;

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

/**
 * The model's logits on rows of a split, in evaluation mode.
 * @returns [rows.length, classes], row by row
 */
export async function predictLogits(
  model: tf.LayersModel,
  split: Split,
  rows: Int32Array,
  {
    batchSize,
    shape,
    resident,
    onBatch,
  }: {
    batchSize: number;
    shape: readonly [number, number, number];
    /** The split's images, where they are on the device already. */
    resident?: ResidentImages | undefined;
    onBatch?: (rowsDone: number) => void | Promise<void>;
  },
): Promise<Float32Array> {
  prepareLayers(model, EVALUATION);
  let logits: Float32Array | undefined;
  const onTheirWay: { readonly at: number; readonly batch: Int32Array; readonly values: Promise<Float32Array> }[] = [];
  const take = async (): Promise<void> => {
    const next = onTheirWay.shift();
    if (!next) return;
    const { at, batch } = next;
    const values = await next.values;
    logits ??= new Float32Array((rows.length * values.length) / batch.length);
    logits.set(values, (at * values.length) / batch.length);
    await onBatch?.(at + batch.length);
  };
  try {
    for (let at = 0; at < rows.length; at += batchSize) {
      const batch = rows.subarray(at, at + batchSize);
      const following = { rows: rows.subarray(at + batchSize, at + 2 * batchSize) };
      const images = resident ? undefined : await imagesAhead(split, { rows: batch }, following);
      const output = forward(model, () => resident?.batch({ rows: batch }) ?? tf.tensor4d(images ?? [], [batch.length, ...shape]));
      onTheirWay.push({ at, batch, values: readAndDispose(output) });
      if (onTheirWay.length > MOST_ON_THEIR_WAY) await take();
    }
    while (onTheirWay.length > 0) await take();
  } finally {
    await Promise.allSettled(onTheirWay.map(({ values }) => values));
  }
  return logits ?? new Float32Array(0);
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
