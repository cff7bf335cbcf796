import * as tf from "@benn/core/tensorflow";
import { onlyTensor } from "./only-tensor.ts";

export interface RPReLUOptions {
  readonly name: string;
}

/**
 * The activation of ReActNet, a leaky ReLU with trained shifts and a trained slope per channel, [..., channels] → the same shape:
 *
 *     y = x − shift + offset          where x > shift
 *     y = slope · (x − shift) + offset   elsewhere
 *
 * computed as (x − shift) · slope + offset + max(0, x − shift) · (1 − slope), whose operations packed models all support. Shift and offset
 * start at 0, the slope at 0.25.
 * @see Z. Liu et al., "ReActNet: Towards Precise Binary Neural Network with Generalized Activation Functions", ECCV 2020, section 4
 */
export class RPReLU extends tf.layers.Layer {
  static readonly className = "RPReLU";
  #shift: tf.LayerVariable | undefined;
  #slope: tf.LayerVariable | undefined;
  #offset: tf.LayerVariable | undefined;

  constructor({ name }: RPReLUOptions) {
    super({ name });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = [(inputShape as tf.Shape).at(-1) ?? 1];
    this.#shift = this.addWeight("shift", shape, "float32", tf.initializers.zeros());
    this.#slope = this.addWeight("slope", shape, "float32", tf.initializers.constant({ value: 0.25 }));
    this.#offset = this.addWeight("offset", shape, "float32", tf.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [shift, slope, offset] = [this.#shift?.read(), this.#slope?.read(), this.#offset?.read()];
    if (!shift || !slope || !offset) throw new Error(`${this.name}: is not built`);
    return tf.tidy(() => {
      const x = tf.sub(onlyTensor(inputs), shift);
      return tf.add(tf.add(tf.mul(x, slope), offset), tf.mul(tf.relu(x), tf.sub(1, slope)));
    });
  }
}
