import * as tf from "../tensorflow.ts";
import type { Split } from "../dataset.ts";
import { type Batch, imagesAhead } from "./images-ahead.ts";
import type { ResidentImages } from "./resident-images.ts";
import { YIELD_MILLISECONDS } from "./step-metrics.ts";

/** Number of batches whose results may be pending when the next one starts, so that a device never waits for a reader. */
const MOST_ON_THEIR_WAY = 3;

/**
 * Starts the forward pass of a batch in evaluation mode. The layers must be prepared for it.
 * @param images creates [batch, height, width, channels], which this disposes
 * @returns logits [batch, classes], which the caller disposes
 */
export function forward(model: tf.LayersModel, images: () => tf.Tensor4D): tf.Tensor {
  return tf.tidy(() => model.apply(images()) as tf.Tensor);
}

export interface ForwardOptions {
  readonly batches: number;
  batch(nth: number): Batch;
  readonly shape: readonly [number, number, number];
  /** The split's images, if they are on the device already. */
  readonly resident?: ResidentImages | undefined;
  /** Called right before the layers compute a batch. */
  beforeBatch?: ((nth: number) => void) | undefined;
  /** Computes from a batch's logits what is to be read; the logits are disposed. */
  keep(logits: tf.Tensor): tf.Tensor;
}

/**
 * Runs batches of a split forward in evaluation mode; the layers must be prepared for it. Results are read while later batches run, and
 * timers and messages are processed in between. The work stops if the caller stops iterating.
 */
export async function* forwardBatches(
  model: tf.LayersModel,
  split: Split,
  { batches, batch, shape, resident, beforeBatch, keep }: ForwardOptions,
): AsyncGenerator<{ readonly nth: number; readonly values: Float32Array }> {
  const onTheirWay: { readonly nth: number; readonly values: Promise<Float32Array> }[] = [];
  let yieldedAt = performance.now();
  try {
    for (let nth = 0; nth < batches; nth++) {
      const own = batch(nth);
      const images = resident ? undefined : await imagesAhead(split, own, nth + 1 < batches ? batch(nth + 1) : undefined);
      beforeBatch?.(nth);
      const kept = tf.tidy(() =>
        keep(forward(model, () => resident?.batch(own) ?? tf.tensor4d(images ?? [], [own.rows.length, ...shape]))),
      );
      onTheirWay.push({ nth, values: readAndDispose(kept) });
      if (onTheirWay.length > MOST_ON_THEIR_WAY) yield await next(onTheirWay);
      if (performance.now() - yieldedAt > YIELD_MILLISECONDS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        yieldedAt = performance.now();
      }
    }
    while (onTheirWay.length > 0) yield await next(onTheirWay);
  } finally {
    await Promise.allSettled(onTheirWay.map(({ values }) => values));
  }
}

async function next(onTheirWay: { nth: number; values: Promise<Float32Array> }[]): Promise<{ nth: number; values: Float32Array }> {
  const first = onTheirWay.shift();
  if (!first) throw new Error("no batch is on its way");
  return { nth: first.nth, values: await first.values };
}

async function readAndDispose(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return await tensor.data<"float32">();
  } finally {
    tensor.dispose();
  }
}
