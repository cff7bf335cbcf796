import { BatchNorm, BinaryConv2D } from "@benn/binarize";
import { type Architecture, ARCHITECTURES, definePlugin, deriveSeed, UserError, z } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/** Blocks of batch norm, binary convolution and pooling between a real first layer and a real last one. */
export const myArchitecture = ({ filters, blocks }: { readonly filters: number; readonly blocks: number }): Architecture => ({
  build({ inputShape, classes, binarizer, seed }) {
    const [height, width] = inputShape;
    if (Math.min(height, width) < 2 ** blocks)
      throw new UserError(
        `my-architecture: expected images of at least ${2 ** blocks}×${2 ** blocks}, got ${height}×${width}. Set fewer blocks.`,
      );
    const kernelInitializer = (layer: string) => tf.initializers.heNormal({ seed: deriveSeed(seed, layer) });
    const conv = { filters, kernelSize: 3, padding: "same" } as const;
    const layers: tf.layers.Layer[] = [
      tf.layers.conv2d({ name: "first", ...conv, inputShape: [...inputShape], kernelInitializer: kernelInitializer("first") }),
    ];
    for (let block = 1; block <= blocks; block++) {
      layers.push(
        new BatchNorm({ name: `norm${block}` }),
        new BinaryConv2D({ name: `conv${block}`, ...conv, binarizer, kernelInitializer: kernelInitializer(`conv${block}`) }),
        tf.layers.maxPooling2d({ name: `pool${block}`, poolSize: 2 }),
      );
    }
    layers.push(
      new BatchNorm({ name: "norm" }),
      tf.layers.globalAveragePooling2d({ name: "mean" }),
      tf.layers.dense({ name: "classes", units: classes, kernelInitializer: kernelInitializer("classes") }),
    );
    return tf.sequential({ layers });
  },
});

export default definePlugin({
  name: "my-architecture",
  register(container) {
    container.resolve(ARCHITECTURES).add("my-architecture", {
      description: "a small convolutional network",
      options: z.object({
        filters: z.int().positive().default(32).describe("filters of each convolution"),
        blocks: z.int().positive().default(3).describe("binary convolutions, each halves height and width"),
      }),
      create: myArchitecture,
    });
  },
});
