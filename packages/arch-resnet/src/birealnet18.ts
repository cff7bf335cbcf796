import { type Architecture, type BuildOptions, UserError, type z } from "@benn/core";
import { BatchNorm, MaxPooling2D } from "@benn/binarize";
import * as tf from "@benn/core/tensorflow";
import { activationOption, apply, biRealUnit, heNormal, realConv } from "./bi-real-unit.ts";
import { resnet18Options } from "./resnet18.ts";
import { BLOCKS, isForCifar, STAGES } from "./stages.ts";

export const biRealNet18Options = resnet18Options.extend({ activation: activationOption });

export type BiRealNet18Options = z.output<typeof biRealNet18Options>;

/**
 * Bi-Real Net 18 (or 34): the stages of ResNet, every binary 3×3 convolution with a real shortcut of its own:
 *
 *     y = shortcut(x) + BN(conv3×3(sign(x)))
 *
 * Where a stage halves the image the shortcut is average pool 2×2 → real 1×1 convolution → batch norm. Stem: real 7×7 of stride 2, batch
 * norm, max pool 3×3 of stride 2; for small images real 3×3 and batch norm. End: global average, real dense. Kernels start He-normal. With
 * `activation` rprelu and the binarizer `rsign` it is ReActNet's ResNet.
 *
 * | depth | images, classes | parameters | binary | published top-1 on ImageNet |
 * | --- | --- | --- | --- | --- |
 * | 18 | 224×224, 1000 | 11,689,512 | 10,985,472 | 56.4 % |
 * | 34 | 224×224, 1000 | 21,797,672 | 21,086,208 | 62.2 % |
 * | 18 | 32×32, 10 | 11,173,962 | 10,985,472 | |
 *
 * These are the numbers of parameters of the real ResNets.
 * @see Z. Liu et al., "Bi-Real Net: Enhancing the Performance of 1-bit CNNs with Improved Representational Capability and Advanced Training
 * Algorithm", ECCV 2018
 */
export function biRealNet18({ depth, width, stem, activation }: BiRealNet18Options): Architecture {
  return {
    build({ inputShape, classes, binarizer, seed }: BuildOptions): tf.LayersModel {
      const [height, columns, channels] = inputShape;
      const forCifar = isForCifar(stem, Math.min(height, columns));
      const divisor = forCifar ? 8 : 32;
      if (Math.min(height, columns) < divisor || height % divisor !== 0 || columns % divisor !== 0 || channels < 1) {
        throw new UserError(
          `birealnet18: expected images with sides that ${divisor} divides, got [${inputShape.join(", ")}]. Resize them in the dataset.`,
        );
      }
      const filters = STAGES.map((channels) => Math.max(1, Math.round(channels * width)));
      const input = tf.input({ shape: [...inputShape], name: "image" });
      const first = filters[0] ?? 1;
      let x = apply(
        input,
        forCifar ? realConv(seed, "conv1", first, 3) : realConv(seed, "conv1", first, 7, 2),
        new BatchNorm({ name: "conv1_bn" }),
        ...(forCifar ? [] : [new MaxPooling2D({ name: "max_pool", poolSize: 3, strides: 2, padding: 1 })]),
      );
      for (const [stage, count] of filters.entries()) {
        for (let i = 0; i < 2 * (BLOCKS[depth][stage] ?? 0); i++) {
          const unit = { name: `stage${stage + 1}_conv${i + 1}`, filters: count, strides: stage > 0 && i === 0 ? 2 : 1 } as const;
          x = biRealUnit(x, unit, { binarizer, activation, seed });
        }
      }
      const logits = apply(
        x,
        tf.layers.globalAveragePooling2d({ name: "global_average" }),
        tf.layers.dense({ name: "classes", units: classes, kernelInitializer: heNormal(seed, "classes") }),
      );
      return tf.model({ inputs: input, outputs: logits, name: `birealnet${depth}` });
    },
  };
}
