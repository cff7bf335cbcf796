import { type Architecture, type BuildOptions, deriveSeed, UserError, z } from "@benn/core";
import { BatchNorm, BinaryConv2D, MaxPooling2D } from "@benn/binarize";
import * as tf from "@benn/core/tensorflow";

export const vggSmallOptions = z.object({
  width: z.number().positive().max(16).default(1).describe("multiplies the channels of every convolution: 128, 256 and 512 at 1"),
});

export type VggSmallOptions = z.output<typeof vggSmallOptions>;

/** Two convolutions each, then a pool that halves the image. */
const STAGES = [128, 256, 512];
const SMALLEST = 8;

/**
 * VGG-small, the network without shortcuts of the papers on binary networks, for small images:
 *
 *     conv1 128 · conv2 128 · pool · conv3 256 · conv4 256 · pool · conv5 512 · conv6 512 · pool · dense classes
 *
 * Channels are times `width`; convolutions are 3×3, pools take the largest of 2×2. conv1 and the dense layer are real. Each convolution
 * is followed by its pool, if any, and batch norm, and each of conv2 to conv6 begins with the binarizer, so that a packed member
 * keeps nothing but bits between conv1 and conv6. Before the dense layer stands a ReLU, for the clip to [−1, 1] of the papers' code: in front of
 * a sign that changes nothing. Kernels start He-normal.
 *
 * At width 1 with 32×32×3 images and 10 classes: 4,660,106 parameters (the papers' 4.6 M), of which 4,571,136 binary; 607.6 M
 * multiply-adds, of which 604.0 M binary.
 *
 * @see D. Zhang et al., "LQ-Nets", ECCV 2018, section 5.1, for the network; H. Qin et al., "Forward and Backward Information Retention for
 * Accurate Binary Neural Networks", CVPR 2020, for its layers with signs
 */
export function vggSmall({ width }: VggSmallOptions): Architecture {
  return {
    build({ inputShape, classes, binarizer, seed }: BuildOptions): tf.LayersModel {
      const [height, columns, channels] = inputShape;
      if (Math.min(height, columns) < SMALLEST || channels < 1) {
        throw new UserError(
          `vgg-small: expected images of at least [${SMALLEST}, ${SMALLEST}, 1], got [${inputShape.join(", ")}]. Resize them in the dataset.`,
        );
      }
      const initializer = (name: string) => tf.initializers.heNormal({ seed: deriveSeed(seed, name) });
      const conv = (name: string, filters: number): tf.layers.Layer => {
        const options = { name, filters, kernelSize: 3, padding: "same", useBias: false, kernelInitializer: initializer(name) } as const;
        return name === "conv1" ? tf.layers.conv2d(options) : new BinaryConv2D({ ...options, binarizer });
      };
      const layers = STAGES.flatMap((count, stage) => {
        const filters = Math.max(1, Math.round(count * width));
        const [first, second] = [`conv${2 * stage + 1}`, `conv${2 * stage + 2}`];
        return [
          conv(first, filters),
          new BatchNorm({ name: `${first}_bn` }),
          conv(second, filters),
          new MaxPooling2D({ name: `pool${stage + 1}`, poolSize: 2, strides: 2 }),
          new BatchNorm({ name: `${second}_bn` }),
        ];
      });
      layers.push(
        tf.layers.reLU({ name: "relu" }),
        tf.layers.flatten({ name: "flatten" }),
        tf.layers.dense({ name: "classes", units: classes, kernelInitializer: initializer("classes") }),
      );
      const input = tf.input({ shape: [...inputShape], name: "image" });
      const logits = layers.reduce<tf.SymbolicTensor>((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
      return tf.model({ inputs: input, outputs: logits, name: "vgg-small" });
    },
  };
}
