import { deriveSeed } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { binaryConv2d } from "../ops/binary-conv2d.ts";
import { dropoutMask } from "../ops/dropout-mask.ts";
import { BinaryLayer, type BinaryLayerOptions } from "./binary-layer.ts";
import { onlyTensor } from "./only-tensor.ts";

export interface BinaryDenseLayerOptions extends BinaryLayerOptions {
  readonly units: number;
}

/**
 * Dense layer of binarized inputs and a binarized kernel: [batch, inputs] → [batch, units]. A filter is a unit's weights, and every input
 * is a channel: as for BinaryConv2D with a 1×1 kernel.
 */
export class BinaryDense extends BinaryLayer {
  static readonly className = "BinaryDense";
  readonly units: number;

  constructor(options: BinaryDenseLayerOptions) {
    super(options);
    this.units = options.units;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.addKernel([(inputShape as tf.Shape).at(-1) ?? 1, this.units], inputShape as tf.Shape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null] = inputShape as tf.Shape;
    return [batch, this.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs?: { training?: unknown }): tf.Tensor {
    const { relu, bias, units } = this;
    const step = this.stepOf(kwargs);
    return tf.tidy(() => {
      const seed = this.rowSeed(step);
      const drops = step.training && this.dropout > 0;
      const binarized = this.binarizedInputs(onlyTensor(inputs), step);
      const x = (drops ? dropoutMask(binarized, this.dropout, seed) : binarized) as tf.Tensor2D;
      const kernel = this.binarized(step) as tf.Tensor2D;
      const scale = drops ? 1 / (1 - this.dropout) : 1;
      if (this.isBinary) {
        const [batch, width] = x.shape;
        const pixels = tf.reshape<tf.Rank.R4>(x, [batch, 1, 1, width]);
        const filters = tf.reshape<tf.Rank.R4>(kernel, [1, 1, width, units]);
        const y = binaryConv2d(pixels, filters, bias, {
          strides: [1, 1],
          pad: [0, 0, 0, 0],
          scale,
          relu,
          seed: deriveSeed(seed, "gradient"),
        });
        return tf.reshape(y, [batch, units]);
      }
      return this.finished(tf.matMul(scale === 1 || this.isCoded ? x : tf.mul(x, scale), kernel), step, scale);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.units };
  }
}
