import { runTrainingKernel } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import { batchNorm, normalize } from "../ops/batch-norm.ts";
import { onlyTensor } from "./only-tensor.ts";

export interface BatchNormOptions {
  readonly name?: string;
  /** Whether there is a trained scale and shift (gamma, beta). Default true. */
  readonly affine?: boolean;
  /** Default 1e−4. */
  readonly epsilon?: number;
  /** Share of the running statistics that a step keeps. Default 0.9. */
  readonly momentum?: number;
  readonly inputShape?: readonly number[];
}

/**
 * Batch norm over all axes but the last, [..., channels] → the same shape:
 *
 *     y = (x − mean) / √(variance + epsilon) · gamma + beta
 *
 * In training with the batch's mean and biased variance, while running = momentum · running + (1 − momentum) · batch takes up
 * the *unbiased* batch variance, as PyTorch does and Keras does not; in evaluation with the running statistics. Gamma starts
 * at 1, beta at 0.
 * @see S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2
 */
export class BatchNorm extends tf.layers.Layer {
  static readonly className = "BatchNorm";
  readonly epsilon: number;
  readonly momentum: number;
  readonly #affine: boolean;
  #gamma: tf.LayerVariable | undefined;
  #beta: tf.LayerVariable | undefined;
  #mean: tf.LayerVariable | undefined;
  #variance: tf.LayerVariable | undefined;

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

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs?: { training?: unknown }): tf.Tensor {
    const [mean, variance] = [this.#mean, this.#variance];
    if (!mean || !variance) throw new Error(`${this.name}: is not built`);
    return tf.tidy(() => {
      const x = onlyTensor(inputs);
      const gamma = this.#gamma?.read() as tf.Tensor1D | undefined;
      const beta = this.#beta?.read() as tf.Tensor1D | undefined;
      if (kwargs?.training !== true) return normalize(x, mean.read(), variance.read(), beta, gamma, this.epsilon);
      const batch = batchNorm(x, gamma, beta, this.epsilon);
      const count = x.size / (x.shape.at(-1) ?? 1);
      this.#take(mean, batch.mean, 1);
      this.#take(variance, batch.variance, count / Math.max(1, count - 1));
      tf.dispose([batch.mean, batch.variance]);
      return batch.y;
    });
  }

  #take(running: tf.LayerVariable, batch: tf.Tensor, factor: number): void {
    const { momentum } = this;
    const attributes = { momentum, share: factor * (1 - momentum) };
    const [own] = runTrainingKernel("MovingAverage", { running: running.read(), batch }, attributes) ?? [];
    const scaled = factor === 1 ? batch : tf.mul(batch, factor);
    running.write(own ?? tf.add(tf.mul(running.read(), momentum), tf.mul(scaled, 1 - momentum)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { epsilon, momentum } = this;
    return { ...super.getConfig(), affine: this.#affine, epsilon, momentum };
  }
}
