import * as tf from "@benn/core/tensorflow";
import { padded, padsItself } from "../ops/padding.ts";
import { onlyTensor } from "./only-tensor.ts";

/** The lowest float32 number: never a maximum. */
const LOWEST = -3.4028234663852886e38;

export interface Pooling2DOptions {
  readonly name?: string;
  readonly poolSize: number;
  readonly strides: number;
  /** Rows and columns added on every side. Default 0. */
  readonly padding?: number;
}

/** Pooling with equal padding on every side, unlike Keras' "same" at stride 2. */
abstract class Pooling2D extends tf.layers.Layer {
  readonly poolSize: number;
  readonly strides: number;
  readonly padding: number;

  constructor({ name, poolSize, strides, padding = 0 }: Pooling2DOptions) {
    super(name === undefined ? {} : { name });
    this.poolSize = poolSize;
    this.strides = strides;
    this.padding = padding;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, height, width, channels = null] = inputShape as tf.Shape;
    const out = (size: number | null | undefined): number | null =>
      size ? Math.floor((size + 2 * this.padding - this.poolSize) / this.strides) + 1 : null;
    return [batch, out(height), out(width), channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { poolSize, strides, padding } = this;
    return { ...super.getConfig(), poolSize, strides, padding };
  }
}

/**
 * Max pool, [batch, height, width, channels] → [batch, height', width', channels]: padding is never the maximum, and on a tie the first
 * value of the window in row order receives the gradient.
 */
export class MaxPooling2D extends Pooling2D {
  static readonly className = "PaddedMaxPooling2D";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { padding: p } = this;
    const x = onlyTensor(inputs) as tf.Tensor4D;
    if (padsItself()) return tf.maxPool(x, this.poolSize, this.strides, p, "floor");
    return tf.tidy(() => tf.maxPool(padded(x, [p, p, p, p], LOWEST), this.poolSize, this.strides, "valid"));
  }
}

/** Average pool, [batch, height, width, channels] → [batch, height', width', channels]: padding counts as zeros, so that
 * every window is divided by poolSize². */
export class AveragePooling2D extends Pooling2D {
  static readonly className = "PaddedAveragePooling2D";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { padding: p } = this;
    return tf.tidy(() => {
      const x = onlyTensor(inputs) as tf.Tensor4D;
      return tf.avgPool(padded(x, [p, p, p, p]), this.poolSize, this.strides, "valid");
    });
  }
}
