import { type Architecture, type BuildOptions, deriveSeed, UserError, z } from "@benn/core";
import { BatchNorm, BinaryConv2D, BinaryDense, MaxPooling2D } from "@benn/binarize";
import * as tf from "@benn/core/tensorflow";

export const alexnetOptions = z.object({
  width: z.number().positive().max(16).default(1).describe("multiplies the channels and units of every layer but the last"),
  dropout: z.number().min(0).lt(1).default(0.5).describe("share of the inputs dropped before each binary dense layer"),
});

export type AlexNetOptions = z.output<typeof alexnetOptions>;

/** Side of the smallest image; for smaller ones the last pool would have no input. */
const SMALLEST = 63;

/**
 * AlexNet with binary inner layers, dense ones included, following XNOR-Net:
 *
 *     conv1 11×11/4 96 (real) · BN · ReLU · pool · conv2 5×5 256 · pool · conv3 3×3 384 · conv4 3×3 384 · conv5 3×3 256 · pool ·
 *     dense6 4096 · dense7 4096 · BN · dense8 classes (real)
 *
 * conv2 to dense7 are binary: batch norm → sign → dropout (dense ones) → layer → ReLU. Pools are 3×3 with stride 2. The first convolution
 * is padded by 2, so that 224 pixels give its 55×55 outputs. One group throughout. Real kernels are initialized Glorot-uniform, binary ones
 * normal with deviation 0.05.
 *
 * With 1000 classes on 224×224 images: 62,397,672 parameters, of which 58,236,928 binary.
 *
 * @see A. Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks", NeurIPS 2012; M. Rastegari et al.,
 *   "XNOR-Net", ECCV 2016, section 4.2
 */
export function alexnet({ width, dropout }: AlexNetOptions): Architecture {
  return {
    build({ inputShape, classes, binarizer, seed }: BuildOptions): tf.LayersModel {
      const [height, columns, channels] = inputShape;
      if (Math.min(height, columns) < SMALLEST || channels < 1) {
        throw new UserError(
          `alexnet: expected images of at least [${SMALLEST}, ${SMALLEST}, 1], got [${inputShape.join(", ")}]. Resize them in the dataset.`,
        );
      }
      const count = (full: number): number => Math.max(1, Math.round(full * width));
      const glorot = (name: string) => tf.initializers.glorotUniform({ seed: deriveSeed(seed, name) });
      const binary = (name: string) => ({
        name,
        binarizer,
        activation: "relu" as const,
        kernelInitializer: tf.initializers.randomNormal({ stddev: 0.05, seed: deriveSeed(seed, name) }),
      });
      const norm = (name: string): tf.layers.Layer => new BatchNorm({ name: `${name}_bn` });
      const conv = (name: string, filters: number, kernelSize: number): tf.layers.Layer[] => [
        norm(name),
        new BinaryConv2D({ ...binary(name), filters: count(filters), kernelSize, padding: "same" }),
      ];
      const dense = (name: string, units: number): tf.layers.Layer => new BinaryDense({ ...binary(name), units: count(units), dropout });
      const pool = (name: string): tf.layers.Layer => new MaxPooling2D({ name, poolSize: 3, strides: 2 });
      const layers = [
        tf.layers.zeroPadding2d({ name: "padding", padding: 2 }),
        tf.layers.conv2d({ name: "conv1", filters: count(96), kernelSize: 11, strides: 4, kernelInitializer: glorot("conv1") }),
        norm("conv1"),
        tf.layers.reLU({ name: "conv1_relu" }),
        pool("pool1"),
        ...conv("conv2", 256, 5),
        pool("pool2"),
        ...conv("conv3", 384, 3),
        ...conv("conv4", 384, 3),
        ...conv("conv5", 256, 3),
        pool("pool5"),
        norm("dense6"),
        tf.layers.flatten({ name: "flatten" }),
        dense("dense6", 4096),
        norm("dense7"),
        dense("dense7", 4096),
        norm("dense8"),
        tf.layers.dense({ name: "dense8", units: classes, kernelInitializer: glorot("dense8") }),
      ];
      const input = tf.input({ shape: [...inputShape], name: "image" });
      const logits = layers.reduce<tf.SymbolicTensor>((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
      return tf.model({ inputs: input, outputs: logits, name: "alexnet" });
    },
  };
}
