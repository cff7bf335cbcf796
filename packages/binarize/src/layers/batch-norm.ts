import type { BatchNormalizing } from "@benn/core";
import { movingAverages } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { batchNorm, normalize } from "../ops/batch-norm.ts";
import { onlyTensor } from "./only-tensor.ts";

export interface BatchNormOptions {
  readonly name?: string;
  /** Whether it has a trained scale and shift (gamma, beta). Default true. */
  readonly affine?: boolean;
  /** Default 1e−4. */
  readonly epsilon?: number;
  /** Share of the running statistics that each step keeps. Default 0.9. */
  readonly momentum?: number;
  readonly inputShape?: readonly number[];
}

/**
 * Batch norm over all axes but the last, [..., channels] → the same shape:
 *
 *     y = (x − mean) / √(variance + epsilon) · gamma + beta
 *
 * In training it uses the batch's mean and biased variance, and updates running = momentum · running + (1 − momentum) · batch with the
 * *unbiased* batch variance, as PyTorch does and Keras does not; in evaluation it uses the running statistics. Gamma starts at 1, beta at
 * 0.
 * @see S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2
 */
export class BatchNorm extends tf.layers.Layer implements BatchNormalizing {
  static readonly className = "BatchNorm";
  readonly epsilon: number;
  readonly momentum: number;
  readonly #affine: boolean;
  #gamma: tf.LayerVariable | undefined;
  #beta: tf.LayerVariable | undefined;
  #mean: tf.LayerVariable | undefined;
  #variance: tf.LayerVariable | undefined;
  #byBatch = false;

  constructor({ name, affine = true, epsilon = 1e-4, momentum = 0.9, inputShape }: BatchNormOptions = {}) {
    super({ ...(name === undefined ? {} : { name }), ...(inputShape ? { inputShape: [...inputShape] } : {}) });
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.#affine = affine;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = [(inputShape as tf.Shape).at(-1) ?? 1];
    if (this.#affine) {
      this.#gamma = this.addWeight("gamma", shape, "float32", tf.initializers.ones());
      this.#beta = this.addWeight("beta", shape, "float32", tf.initializers.zeros());
    }
    this.#mean = this.addWeight("moving_mean", shape, "float32", tf.initializers.zeros(), undefined, false);
    this.#variance = this.addWeight("moving_variance", shape, "float32", tf.initializers.ones(), undefined, false);
    this.built = true;
  }

  normalizeByBatch(byBatch: boolean): void {
    this.#byBatch = byBatch;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs?: { training?: unknown }): tf.Tensor {
    const [mean, variance] = [this.#mean, this.#variance];
    if (!mean || !variance) throw new Error(`${this.name}: is not built`);
    return tf.tidy(() => {
      const x = onlyTensor(inputs);
      const gamma = this.#gamma?.read() as tf.Tensor1D | undefined;
      const beta = this.#beta?.read() as tf.Tensor1D | undefined;
      const isTraining = kwargs?.training === true;
      if (!isTraining && !this.#byBatch) return normalize(x, mean.read(), variance.read(), beta, gamma, this.epsilon);
      const batch = batchNorm(x, gamma, beta, this.epsilon);
      if (!isTraining) {
        mean.write(batch.mean);
        variance.write(batch.variance);
        tf.dispose([batch.mean, batch.variance]);
        return batch.y;
      }
      const count = x.size / (x.shape.at(-1) ?? 1);
      const unbiased = count / Math.max(1, count - 1);
      const [nextMean, nextVariance] = movingAverages(
        [
          { average: mean.read(), value: batch.mean },
          { average: variance.read(), value: batch.variance, factor: unbiased },
        ],
        this.momentum,
      );
      mean.write(nextMean as tf.Tensor);
      variance.write(nextVariance as tf.Tensor);
      tf.dispose([batch.mean, batch.variance]);
      return batch.y;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { epsilon, momentum } = this;
    return { ...super.getConfig(), affine: this.#affine, epsilon, momentum };
  }
}
