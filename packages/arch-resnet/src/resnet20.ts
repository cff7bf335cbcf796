import { type Architecture, type BuildOptions, UserError, z } from "@benn/core";
import { BatchNorm } from "@benn/binarize";
import * as tf from "@benn/core/tensorflow";
import { activationOption, apply, biRealUnit, heNormal, realConv } from "./bi-real-unit.ts";

export const resnet20Options = z.object({
  width: z.number().positive().max(16).default(1).describe("multiplies the channels of every stage: 16, 32 and 64 at 1"),
  activation: activationOption,
});

export type ResNet20Options = z.output<typeof resnet20Options>;

const STAGES = [16, 32, 64];
/** Binary convolutions per stage: with the first and the last layer 20 in total. */
const CONVOLUTIONS = 6;
const SMALLEST = 8;

/**
 * ResNet-20 for small images with binary 3×3 convolutions, each with a real shortcut of its own:
 *
 *     y = x + BN(conv3×3(sign(x)))
 *
 * so that real values flow from the first layer to the last and no sign is more than one convolution away from them. Where
 * a stage halves the image and doubles the channels, the shortcut is average pool 2×2 → real 1×1 convolution → batch norm.
 * First layer: real 3×3 convolution and batch norm. Last: ReLU, global average, real dense. Kernels start He-normal; the
 * scale of a binary one washes out in its batch norm. With `activation` rprelu each sum goes through a trained RPReLU.
 *
 * At width 1 with 10 classes: 272,474 parameters, of which 267,264 binary; 40.8 M multiply-adds, of which 40.1 M binary.
 *
 * @see K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2, for the stages; Z. Liu et al.,
 * "Bi-Real Net", ECCV 2018, section 3.1, for a shortcut around every binary convolution and the average pool in it; J. Bethge et
 * al., "Back to Simplicity: How to Train Accurate BNNs from Scratch?", 2019, for real downsampling convolutions
 */
export function resnet20({ width, activation }: ResNet20Options): Architecture {
  return {
    build({ inputShape, classes, binarizer, seed }: BuildOptions): tf.LayersModel {
      const [height, columns, channels] = inputShape;
      if (Math.min(height, columns) < SMALLEST || height % 4 !== 0 || columns % 4 !== 0 || channels < 1) {
        throw new UserError(
          `resnet20: expected images of at least [${SMALLEST}, ${SMALLEST}, 1] with sides that 4 divides, got [${inputShape.join(", ")}]. ` +
            `Resize them in the dataset.`,
        );
      }
      const filters = STAGES.map((channels) => Math.max(1, Math.round(channels * width)));
      const input = tf.input({ shape: [...inputShape], name: "image" });
      let x = apply(input, realConv(seed, "conv1", filters[0] ?? 1, 3), new BatchNorm({ name: "conv1_bn" }));
      for (const [stage, count] of filters.entries()) {
        for (let i = 0; i < CONVOLUTIONS; i++) {
          const unit = { name: `stage${stage + 1}_conv${i + 1}`, filters: count, strides: stage > 0 && i === 0 ? 2 : 1 } as const;
          x = biRealUnit(x, unit, { binarizer, activation, seed });
        }
      }
      const logits = apply(
        x,
        tf.layers.reLU({ name: "relu" }),
        tf.layers.globalAveragePooling2d({ name: "global_average" }),
        tf.layers.dense({ name: "classes", units: classes, kernelInitializer: heNormal(seed, "classes") }),
      );
      return tf.model({ inputs: input, outputs: logits, name: "resnet20" });
    },
  };
}
