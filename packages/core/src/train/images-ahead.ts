import * as tf from "../tensorflow.ts";
import type { Augment } from "../augment.ts";
import type { Split } from "../dataset.ts";

export interface Batch {
  readonly rows: Int32Array;
  /** Creates a fresh generator on each call: one for the prefetch, one for the read. */
  readonly augment?: () => Augment;
}

/**
 * The images of a batch. The next batch is announced to the split before these are awaited, so that a split that prefetches is never idle:
 * it reads the next batch while the engine computes this one.
 */
export function imagesAhead(split: Split, batch: Batch, next?: Batch): Float32Array | Promise<Float32Array> {
  const images = split.images(batch.rows, batch.augment?.());
  if (next && next.rows.length > 0) split.prefetch?.(next.rows, next.augment?.());
  return images;
}

/**
 * Sends rows `from` to `to` − 1 of a batch's images to the backend.
 * @returns [to − from, height, width, channels], which the caller disposes
 */
export function sendImages(
  images: Float32Array | undefined,
  from: number,
  to: number,
  shape: readonly [number, number, number],
): tf.Tensor4D {
  const size = shape[0] * shape[1] * shape[2];
  return tf.tensor4d(images?.subarray(from * size, to * size) ?? [], [to - from, ...shape]);
}
