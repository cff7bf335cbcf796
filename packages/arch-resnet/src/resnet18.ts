import { type Architecture, type BuildOptions, deriveSeed, UserError, z } from "@benn/core";
import { BatchNorm, BinaryConv2D, MaxPooling2D } from "@benn/binarize";
import * as tf from "@benn/core/tensorflow";
import { BLOCKS, isForCifar, STAGES } from "./stages.ts";

export const resnet18Options = z.object({
  depth: z
    .union([z.literal(18), z.literal(34)])
    .default(18)
    .describe("layers that have weights, shortcuts not counted"),
  width: z.number().positive().max(16).default(1).describe("multiplies the channels of every stage: 64, 128, 256 and 512 at 1"),
  stem: z
    .enum(["auto", "imagenet", "cifar"])
    .default("auto")
    .describe("imagenet: 7×7 stride 2 and max pool; cifar: 3×3; auto: cifar for images of less than 64 pixels"),
});

export type ResNet18Options = z.output<typeof resnet18Options>;

/** Sides of the smallest images, by stem. */
const [SMALLEST_CIFAR, SMALLEST] = [8, 32];

/**
 * ResNet-18 (or -34) following XNOR-Net: a real stem, binary 3×3 convolutions in basic blocks, real shortcuts, a real last layer.
 *
 *     y = shortcut(x) + conv(sign(BN(relu(conv(sign(BN(x)))))))
 *
 * The shortcut is x itself, or, where a stage halves the image, a real 1×1 convolution of stride 2 and batch norm. Stem: real 7×7 of stride
 * 2, batch norm, ReLU, max pool 3×3 of stride 2. End: batch norm, ReLU, global average, real dense. Every kernel is initialized normal with
 * deviation 1/c, where c is the number of weights of a filter.
 *
 * The network of the paper's ImageNet runs was never published; this is our interpretation of XNOR-Net's description, batch norm before
 * each sign, with ResNet's stages and shortcuts (its option B).
 *
 * | depth | classes | parameters | binary | published top-1 on ImageNet: single, ensemble of 3 |
 * | --- | --- | --- | --- | --- |
 * | 18 | 1000 | 11,689,640 | 10,985,472 | 48.87 %, 54.34 % (bagging), 55.83 % (boosting) |
 * | 34 | 1000 | 21,797,800 | 21,086,208 | |
 *
 * @see K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, table 1; M. Rastegari et al., "XNOR-Net", ECCV 2016,
 *   section 4.2
 */
export function resnet18({ depth, width, stem }: ResNet18Options): Architecture {
  return {
    build({ inputShape, classes, binarizer, seed }: BuildOptions): tf.LayersModel {
      const [height, columns, channels] = inputShape;
      const side = Math.min(height, columns);
      const forCifar = isForCifar(stem, side);
      const smallest = forCifar ? SMALLEST_CIFAR : SMALLEST;
      if (side < smallest || channels < 1) {
        throw new UserError(
          `resnet18: expected images of at least [${smallest}, ${smallest}, 1], got [${inputShape.join(", ")}]. Resize them in the dataset.`,
        );
      }
      const normal = (name: string, weights: number) => tf.initializers.randomNormal({ stddev: 1 / weights, seed: deriveSeed(seed, name) });
      const real = (name: string, inChannels: number, filters: number, kernelSize: number, strides: number): tf.layers.Layer =>
        tf.layers.conv2d({
          name,
          filters,
          kernelSize,
          strides,
          padding: "same",
          useBias: false,
          kernelInitializer: normal(name, kernelSize ** 2 * inChannels),
        });
      const apply = (x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]): tf.SymbolicTensor =>
        layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, x);
      const binary = (name: string, inChannels: number, filters: number, strides: number, activation: "relu" | "linear") => [
        new BatchNorm({ name: `${name}_bn` }),
        new BinaryConv2D({
          name,
          binarizer,
          filters,
          kernelSize: 3,
          strides,
          padding: "same",
          activation,
          useBias: false,
          kernelInitializer: normal(name, 9 * inChannels),
        }),
      ];
      const filters = STAGES.map((channels) => Math.max(1, Math.round(channels * width)));
      const first = filters[0] ?? 1;
      const input = tf.input({ shape: [...inputShape], name: "image" });
      let x = apply(
        input,
        real("conv1", channels, first, forCifar ? 3 : 7, forCifar ? 1 : 2),
        new BatchNorm({ name: "conv1_bn" }),
        tf.layers.reLU({ name: "conv1_relu" }),
        ...(forCifar ? [] : [new MaxPooling2D({ name: "max_pool", poolSize: 3, strides: 2, padding: 1 })]),
      );
      let inChannels = first;
      for (const [stage, count] of filters.entries()) {
        for (let block = 0; block < (BLOCKS[depth][stage] ?? 0); block++) {
          const name = `stage${stage + 1}_block${block + 1}`;
          const strides = stage > 0 && block === 0 ? 2 : 1;
          const shortcut =
            strides === 1
              ? x
              : apply(x, real(`${name}_shortcut`, inChannels, count, 1, strides), new BatchNorm({ name: `${name}_shortcut_bn` }));
          const residual = apply(
            x,
            ...binary(`${name}_conv1`, inChannels, count, strides, "relu"),
            ...binary(`${name}_conv2`, count, count, 1, "linear"),
          );
          x = tf.layers.add({ name: `${name}_add` }).apply([shortcut, residual]) as tf.SymbolicTensor;
          inChannels = count;
        }
      }
      const logits = apply(
        x,
        new BatchNorm({ name: "last_bn" }),
        tf.layers.reLU({ name: "last_relu" }),
        tf.layers.globalAveragePooling2d({ name: "global_average" }),
        tf.layers.dense({ name: "classes", units: classes, kernelInitializer: normal("classes", inChannels) }),
      );
      return tf.model({ inputs: input, outputs: logits, name: `resnet${depth}` });
    },
  };
}
