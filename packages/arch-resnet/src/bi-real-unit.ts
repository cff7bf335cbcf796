import { type Binarizer, deriveSeed, z } from "@benn/core";
import { BatchNorm, BinaryConv2D, RPReLU } from "@benn/binarize";
import * as tf from "@benn/core/tensorflow";

export const activationOption = z
  .enum(["none", "rprelu"])
  .default("none")
  .describe("after each sum: nothing, as in Bi-Real Net, or the trained RPReLU of ReActNet, which goes with binarizer=rsign");

export interface BiRealNet {
  readonly binarizer: Binarizer;
  readonly activation: z.output<typeof activationOption>;
  /** Seed of the network's initial weights. */
  readonly seed: number;
}

export interface BiRealUnit {
  /** Name of the convolution; other layers' names begin with it. */
  readonly name: string;
  readonly filters: number;
  /** 2: halves the image, whose sides must be even. */
  readonly strides: 1 | 2;
}

/**
 * One binary convolution and the real shortcut around it:
 *
 *     y = activation(shortcut(x) + BN(conv3×3(binarize(x))))
 *
 * The shortcut is x itself or, at stride 2, average pool 2×2 → real 1×1 convolution → batch norm.
 * @see Z. Liu et al., "Bi-Real Net", ECCV 2018, section 3.1
 */
export function biRealUnit(
  x: tf.SymbolicTensor,
  { name, filters, strides }: BiRealUnit,
  { binarizer, activation, seed }: BiRealNet,
): tf.SymbolicTensor {
  const conv = new BinaryConv2D({
    name,
    binarizer,
    filters,
    kernelSize: 3,
    strides,
    padding: "same",
    useBias: false,
    kernelInitializer: heNormal(seed, name),
  });
  const residual = apply(x, conv, new BatchNorm({ name: `${name}_bn` }));
  const shortcut =
    strides === 1
      ? x
      : apply(
          x,
          tf.layers.averagePooling2d({ name: `${name}_shortcut_pool`, poolSize: 2 }),
          realConv(seed, `${name}_shortcut`, filters, 1),
          new BatchNorm({ name: `${name}_shortcut_bn` }),
        );
  const sum = tf.layers.add({ name: `${name}_add` }).apply([shortcut, residual]) as tf.SymbolicTensor;
  return activation === "rprelu" ? apply(sum, new RPReLU({ name: `${name}_rprelu` })) : sum;
}

/** A real convolution that keeps height and width at stride 1. */
export function realConv(seed: number, name: string, filters: number, kernelSize: number, strides = 1): tf.layers.Layer {
  return tf.layers.conv2d({
    name,
    filters,
    kernelSize,
    strides,
    padding: "same",
    useBias: false,
    kernelInitializer: heNormal(seed, name),
  });
}

export function heNormal(seed: number, name: string): ReturnType<typeof tf.initializers.heNormal> {
  return tf.initializers.heNormal({ seed: deriveSeed(seed, name) });
}

/** One layer after the other. */
export function apply(x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]): tf.SymbolicTensor {
  return layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, x);
}
