import { runTrainingKernel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { signOf } from "./binary-sign.ts";
import { conv2d, explicitPadding, padded, type Padding, padsItself } from "./padding.ts";

export interface BinaryConv2DOptions {
  readonly strides: readonly [number, number];
  /** Rows and columns of zeros around the input: top, bottom, left, right. */
  readonly pad: Padding;
  /** Factor of the products, for dropout: 1 / (1 − rate). */
  readonly scale: number;
  readonly relu: boolean;
  /** Seed of this step and layer, for backends that round gradients stochastically. Default 0. */
  readonly seed?: number;
}

/**
 * Convolution of signs with a binary kernel, then bias and ReLU:
 *
 *     y = Σ(x · sign(ŵ)) · (a · scale) + bias, and max(0, y) if requested
 *
 * The sum is an exact integer and is scaled afterwards, so that equal integers stay equal (ties in a max pool are real ties). The gradients
 * are those of x, of ŵ itself, and of the bias. The caller disposes the result.
 * @param x [batch, height, width, channels] of −1, 0 and +1
 * @param kernel ŵ [height, width, channels, filters], each filter of −a and +a only
 * @param bias [filters]
 * @returns [batch, height', width', filters]
 */
export function binaryConv2d(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D | undefined,
  options: BinaryConv2DOptions,
): tf.Tensor4D {
  const op = tf.customGrad((...args) => {
    const [x, kernel] = args as unknown as [tf.Tensor4D, tf.Tensor4D];
    const bias = args.length > 3 ? (args[2] as tf.Tensor1D) : undefined;
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const y = forward(x, kernel, bias, options);
    save(options.relu ? [x, kernel, y] : [x, kernel]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, kernel, y] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D?];
        const gradients = backward(dy as tf.Tensor4D, x, kernel, y, options);
        return bias ? gradients : gradients.slice(0, 2);
      },
    };
  });
  return op(...(bias ? [x, kernel, bias] : [x, kernel]));
}

function attributesOf({ strides, pad, scale, relu, seed = 0 }: BinaryConv2DOptions): Record<string, number | number[]> {
  return { strides: [...strides], pad: [...pad], scale, relu: relu ? 1 : 0, seed };
}

function forward(x: tf.Tensor4D, kernel: tf.Tensor4D, bias: tf.Tensor1D | undefined, options: BinaryConv2DOptions): tf.Tensor4D {
  const [own] = runTrainingKernel("BinaryConv2D", { x, kernel, ...(bias ? { bias } : {}) }, attributesOf(options)) ?? [];
  if (own) return own as tf.Tensor4D;
  return tf.tidy(() => {
    const filters = kernel.shape[3];
    const a = tf.reshape(tf.abs(tf.slice(kernel, [0, 0, 0, 0], [1, 1, 1, filters])), [filters]);
    const sums = conv2d(x, signOf(kernel) as tf.Tensor4D, options.strides, options.pad);
    const scaled = tf.mul(sums, tf.mul(a, options.scale));
    const shifted = bias ? tf.add(scaled, bias) : scaled;
    return (options.relu ? tf.relu(shifted) : shifted) as tf.Tensor4D;
  });
}

function backward(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  y: tf.Tensor4D | undefined,
  options: BinaryConv2DOptions,
): tf.Tensor[] {
  const own = runTrainingKernel("BinaryConv2DGrad", { dy, x, kernel, ...(y ? { y } : {}) }, attributesOf(options));
  if (own) return own;
  const { strides, pad, scale } = options;
  const run = (name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor =>
    tf.engine().runKernel<tf.Tensor>(name, inputs, attributes);
  const passed = y ? tf.mul(dy, tf.cast(tf.greater(y, 0), "float32")) : dy;
  const input = padsItself() ? x : padded(x, pad);
  const common = { strides: [...strides], pad: padsItself() ? explicitPadding(pad) : "valid", dataFormat: "NHWC" };
  const dInput = run(tf.Conv2DBackpropInput, { dy: passed, filter: kernel }, { ...common, inputShape: input.shape });
  const dKernel = run(tf.Conv2DBackpropFilter, { x: input, dy: passed }, { ...common, filterShape: kernel.shape });
  const dx = padsItself() ? dInput : tf.slice(dInput, [0, pad[0], pad[2], 0], x.shape);
  return [tf.mul(dx, scale), tf.mul(dKernel, scale), tf.sum(passed, [0, 1, 2])];
}
