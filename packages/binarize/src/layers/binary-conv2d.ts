import { deriveSeed } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { binaryConv2d } from "../ops/binary-conv2d.ts";
import { dropoutMask } from "../ops/dropout-mask.ts";
import { conv2d } from "../ops/padding.ts";
import { BinaryLayer, type BinaryLayerOptions } from "./binary-layer.ts";
import { onlyTensor } from "./only-tensor.ts";

export interface BinaryConv2DLayerOptions extends BinaryLayerOptions {
  readonly filters: number;
  readonly kernelSize: number;
  /** Default 1. */
  readonly strides?: number;
  /** Zeros on every side; "same" keeps height and width at stride 1 with an odd kernel. Default 0. */
  readonly padding?: number | "same";
}

/**
 * Convolution of binarized inputs with a binarized kernel:
 *
 *     y = activation(x̂ ∗ ŵ + bias),   x̂ = binarizer.activations(x), with dropout in training,   ŵ = binarizer.kernel(w)
 *
 * [batch, height, width, channels] → [batch, height', width', filters]. Zero padding of a ±1 input is 0, neither +1 nor −1. With a 1-bit
 * binarizer the products are XNOR and popcount on backends that support it; with `none` this is its real-valued twin. With a binarizer that
 * returns codes, x̂ and ŵ are whole numbers, and the sum is multiplied by its scale before the bias is added.
 * @see M. Rastegari et al., "XNOR-Net", ECCV 2016, section 3
 */
export class BinaryConv2D extends BinaryLayer {
  static readonly className = "BinaryConv2D";
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  /** Zeros on every side. */
  readonly padding: number;

  constructor(options: BinaryConv2DLayerOptions) {
    super(options);
    this.filters = options.filters;
    this.kernelSize = options.kernelSize;
    this.strides = options.strides ?? 1;
    const { padding = 0 } = options;
    this.padding = padding === "same" ? (this.kernelSize - 1) >> 1 : padding;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as tf.Shape).at(-1) ?? 1;
    this.addKernel([this.kernelSize, this.kernelSize, channels, this.filters], inputShape as tf.Shape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, height, width] = inputShape as tf.Shape;
    const out = (size: number | null | undefined): number | null =>
      size ? Math.floor((size + 2 * this.padding - this.kernelSize) / this.strides) + 1 : null;
    return [batch, out(height), out(width), this.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs?: { training?: unknown }): tf.Tensor {
    const { strides, padding, relu, bias } = this;
    const step = this.stepOf(kwargs);
    return tf.tidy(() => {
      const seed = this.rowSeed(step);
      const drops = step.training && this.dropout > 0;
      const binarized = this.binarizedInputs(onlyTensor(inputs), step);
      const x = (drops ? dropoutMask(binarized, this.dropout, seed) : binarized) as tf.Tensor4D;
      const kernel = this.binarized(step) as tf.Tensor4D;
      const scale = drops ? 1 / (1 - this.dropout) : 1;
      const pad = [padding, padding, padding, padding] as const;
      if (this.isBinary) {
        return binaryConv2d(x, kernel, bias, { strides: [strides, strides], pad, scale, relu, seed: deriveSeed(seed, "gradient") });
      }
      const y = conv2d(scale === 1 || this.isCoded ? x : tf.mul<tf.Tensor4D>(x, scale), kernel, [strides, strides], pad);
      return this.finished(y, step, scale);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { filters, kernelSize, strides, padding } = this;
    return { ...super.getConfig(), filters, kernelSize, strides, padding };
  }
}
