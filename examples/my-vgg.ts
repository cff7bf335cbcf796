// Your own network: a VGG of binary convolutions, as deep and as wide as you say. Try it:
//
//     benn train --plugin ./examples/my-vgg.ts --set architecture=my-vgg architecture.width=0.25
//
// K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015: stages of 3×3 convolutions with
// a max pool behind each. As usual for binary networks, the first and the last layer are real, and batch norm stands before each binarization.
import { BatchNorm, BinaryConv2D } from "@benn/binarize";
import { type Architecture, ARCHITECTURES, definePlugin, deriveSeed, UserError, z } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/** Convolutions of each stage, and their filters at width 1. */
const STAGES = [
  [2, 64],
  [2, 128],
  [2, 256],
] as const;

export const myVgg = (width: number): Architecture => ({
  build({ inputShape, classes, binarizer, seed }) {
    const [height, across] = inputShape;
    const least = 2 ** STAGES.length;
    if (Math.min(height, across) < least)
      throw new UserError(`my-vgg: expected images of at least ${least}×${least}, got ${height}×${across}. Resize them in the dataset.`);
    // A seed for each layer, so that the same seed gives the same network, and layers differ.
    const init = (layer: string) => ({ kernelInitializer: tf.initializers.heNormal({ seed: deriveSeed(seed, layer) }) });
    const layers: tf.layers.Layer[] = [];
    for (const [stage, [convolutions, most]] of STAGES.entries()) {
      for (let n = 0; n < convolutions; n++) {
        const name = `conv${stage + 1}_${n + 1}`;
        const options = { name, filters: Math.max(1, Math.round(width * most)), kernelSize: 3, padding: "same", ...init(name) } as const;
        if (layers.length === 0) layers.push(tf.layers.conv2d({ ...options, inputShape: [...inputShape] }));
        else layers.push(new BatchNorm({ name: `${name}_norm` }), new BinaryConv2D({ ...options, binarizer }));
      }
      layers.push(tf.layers.maxPooling2d({ name: `pool${stage + 1}`, poolSize: 2 }));
    }
    layers.push(
      new BatchNorm({ name: "norm" }),
      tf.layers.globalAveragePooling2d({ name: "mean" }),
      tf.layers.dense({ name: "classes", units: classes, ...init("classes") }),
    );
    return tf.sequential({ layers });
  },
});

export default definePlugin({
  name: "my-vgg",
  register(container) {
    container.resolve(ARCHITECTURES).add("my-vgg", {
      description: "a small VGG",
      options: z.object({ width: z.number().positive().default(1).describe("factor of the number of filters") }),
      create: ({ width }) => myVgg(width),
    });
  },
});
