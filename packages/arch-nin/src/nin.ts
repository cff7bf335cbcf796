import { type Architecture, type BuildOptions, deriveSeed, UserError, z } from "@benn/core";
import { AveragePooling2D, BatchNorm, binaryBlock, MaxPooling2D } from "@benn/binarize";
import * as tf from "@benn/core/tensorflow";

export const ninOptions = z.object({
  width: z.number().positive().max(16).default(1).describe("multiplies the channels of every layer but the last"),
  binary: z
    .enum(["inner", "all", "all-but-first"])
    .default("inner")
    .describe("which convolutions are binary: inner leaves the first and the last real"),
  dropout: z.number().min(0).lt(1).default(0.5).describe("share of the inputs dropped before the second and the third large convolution"),
});

export type NinOptions = z.output<typeof ninOptions>;

/** Side of the smallest image: both pools halve it. */
const SMALLEST = 8;

/**
 * Network in Network with binary convolutions, for small images:
 *
 *     conv1 5×5 192 · conv2 1×1 96 · max pool · conv3 5×5 192 · conv4 1×1 192 · average pool · conv5 3×3 192 · conv6 1×1 192 ·
 *     conv7 1×1 classes · global average
 *
 * Channels are times `width`; pools are 3×3, stride 2, padding 1. A binary convolution is a block: batch norm, sign, dropout (conv3 and
 * conv5), convolution, ReLU. Real convolutions have batch norm without scale and shift: conv1 → batch norm → ReLU, and batch norm → conv7 →
 * ReLU. Kernels are initialized normal with deviation 0.05, biases with 0.
 *
 * | binary | in the paper | parameters at width 1, 10 classes | CIFAR-10 test accuracy of a single net (published runs) |
 * | --- | --- | --- | --- |
 * | inner | SB, semi-binary | 903,850 | 77.87 to 84.50 % |
 * | all | AB, all-binary | 904,240 | 62.87 to 70.59 % |
 *
 * @see M. Lin, Q. Chen and S. Yan, "Network In Network", ICLR 2014; S. Zhu, X. Dong and H. Su, "Binary Ensemble Neural Network", CVPR 2019,
 *   section 6
 */
export function nin({ width, binary, dropout }: NinOptions): Architecture {
  return {
    build({ inputShape, classes, binarizer, seed }: BuildOptions): tf.LayersModel {
      const [height, columns, channels] = inputShape;
      if (Math.min(height, columns) < SMALLEST || channels < 1) {
        throw new UserError(
          `nin: expected images of at least [${SMALLEST}, ${SMALLEST}, 1], got [${inputShape.join(", ")}]. Resize them in the dataset.`,
        );
      }
      const normal = (name: string) => tf.initializers.randomNormal({ stddev: 0.05, seed: deriveSeed(seed, name) });
      const block = (name: string, filters: number, kernelSize: number, dropout = 0): tf.layers.Layer[] =>
        binaryBlock({ name, binarizer, filters, kernelSize, dropout, kernelInitializer: normal(name) });
      const real = (name: string, filters: number, kernelSize: number): tf.layers.Layer =>
        tf.layers.conv2d({ name, filters, kernelSize, padding: "same", kernelInitializer: normal(name) });
      const relu = (name: string): tf.layers.Layer => tf.layers.reLU({ name });
      const [narrow, wide] = [Math.max(1, Math.round(96 * width)), Math.max(1, Math.round(192 * width))];
      return stack(inputShape, [
        ...(binary === "all"
          ? block("conv1", wide, 5)
          : [real("conv1", wide, 5), new BatchNorm({ name: "conv1_bn", affine: false }), relu("conv1_relu")]),
        ...block("conv2", narrow, 1),
        new MaxPooling2D({ name: "max_pool", poolSize: 3, strides: 2, padding: 1 }),
        ...block("conv3", wide, 5, dropout),
        ...block("conv4", wide, 1),
        new AveragePooling2D({ name: "average_pool", poolSize: 3, strides: 2, padding: 1 }),
        ...block("conv5", wide, 3, dropout),
        ...block("conv6", wide, 1),
        ...(binary === "inner"
          ? [new BatchNorm({ name: "conv7_bn", affine: false }), real("conv7", classes, 1), relu("conv7_relu")]
          : block("conv7", classes, 1)),
        tf.layers.globalAveragePooling2d({ name: "global_average" }),
      ]);
    },
  };
}

function stack(inputShape: BuildOptions["inputShape"], layers: readonly tf.layers.Layer[]): tf.LayersModel {
  const input = tf.input({ shape: [...inputShape], name: "image" });
  const output = layers.reduce<tf.SymbolicTensor>((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
  return tf.model({ inputs: input, outputs: output, name: "nin" });
}
