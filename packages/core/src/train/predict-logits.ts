import * as tf from "@tensorflow/tfjs";
import type { Split } from "../dataset.ts";
import { isStepAware, type Step } from "../step.ts";
import { imagesAhead } from "./images-ahead.ts";

/** Tells every layer that wants to know what the coming step is. */
export function prepareLayers(model: tf.LayersModel, step: Step): void {
  for (const layer of model.layers) if (isStepAware(layer)) layer.prepare(step);
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
    onBatch,
  }: { batchSize: number; shape: readonly [number, number, number]; onBatch?: (rowsDone: number) => void | Promise<void> },
): Promise<Float32Array> {
  prepareLayers(model, { training: false, seed: 0 });
  let logits: Float32Array | undefined;
  for (let at = 0; at < rows.length; at += batchSize) {
    const batch = rows.subarray(at, at + batchSize);
    const images = await imagesAhead(split, { rows: batch }, { rows: rows.subarray(at + batchSize, at + 2 * batchSize) });
    const output = tf.tidy(() => model.apply(tf.tensor4d(images, [batch.length, ...shape])) as tf.Tensor);
    const values = await output.data<"float32">();
    output.dispose();
    logits ??= new Float32Array((rows.length * values.length) / batch.length);
    logits.set(values, (at * values.length) / batch.length);
    await onBatch?.(at + batch.length);
  }
  return logits ?? new Float32Array(0);
}

/** 0, 1, … n − 1. */
export function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
