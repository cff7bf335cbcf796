import * as tf from "../tensorflow.ts";
import { movingAverages } from "../moving-averages.ts";
import { UserError } from "../user-error.ts";
import { namedWeights, type WeightValues } from "./model-weights.ts";

/** Checkpoint group of the averages. The hyphen avoids clashes: slot names of optimizers cannot contain one. */
export const AVERAGE_GROUP = "weight-average";

/** Tensors smaller than this are averaged together. */
const SMALL = 1 << 16;

type Averaged = { readonly name: string; readonly variable: tf.Variable; average: tf.Tensor };

/**
 * Exponential moving average of a model's trainable weights, latent kernels included, over the steps t = 1, 2, …:
 *
 *     average ← d · average + (1 − d) · weight,   d = min(decay, (t − 1) / t)
 *
 * It equals the plain mean of all steps at first, and does not include the initial weights. `dispose` frees it.
 * @see B. Polyak and A. Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992; A. Tarvainen and H. Valpola, "Mean
 *   Teachers Are Better Role Models", NeurIPS 2017, for the exponential form
 */
export class WeightAverage {
  readonly #decay: number;
  readonly #all: readonly Averaged[];

  constructor(model: tf.LayersModel, decay: number) {
    this.#decay = decay;
    this.#all = namedWeights(model)
      .filter(([, weight]) => model.trainableWeights.includes(weight))
      .map(([name, weight]) => ({ name, variable: weight.read() as tf.Variable, average: tf.keep(tf.clone(weight.read())) }));
  }

  /** Includes the weights after step t, counted from 1. */
  update(t: number): void {
    const decay = Math.min(this.#decay, (t - 1) / t);
    const isSmall = ({ average }: Averaged): boolean => average.size < SMALL;
    const groups = [this.#all.filter(isSmall), ...this.#all.filter((one) => !isSmall(one)).map((one) => [one])];
    for (const group of groups.filter(({ length }) => length > 0)) {
      const averages = movingAverages(
        group.map(({ average, variable }) => ({ average, value: variable })),
        decay,
      );
      for (const [i, averaged] of group.entries()) {
        averaged.average.dispose();
        averaged.average = tf.keep(averages[i] as tf.Tensor);
      }
    }
  }

  /** Copies the averages off the device, by names in checkpoints. */
  async values(): Promise<WeightValues> {
    const read = new Map<string, { shape: readonly number[]; values: Float32Array }>();
    for (const { name, average } of this.#all) {
      read.set(name, { shape: [...average.shape], values: Float32Array.from(await average.data<"float32">()) });
    }
    return read;
  }

  /**
   * Restores the averages of a checkpoint.
   * @throws UserError if the checkpoint has no averages
   */
  restore(saved: WeightValues | undefined): void {
    for (const averaged of this.#all) {
      const values = saved?.get(averaged.name);
      if (!values)
        throw new UserError(
          `averageWeights: the checkpoint has no average of "${averaged.name}". Resume with the configuration it was saved by.`,
        );
      averaged.average.dispose();
      averaged.average = tf.keep(tf.tensor(values.values, [...values.shape]));
    }
  }

  dispose(): void {
    tf.dispose(this.#all.map(({ average }) => average));
  }
}
