import {
  ARCHITECTURES,
  BACKENDS,
  type Binarizer,
  BINARIZERS,
  createContainer,
  DATASETS,
  type DependencyContainer,
  SCHEMES,
  type Split,
  VOTERS,
} from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { BinaryConv2D } from "../src/layers/binary-conv2d.ts";
import { BinaryDense } from "../src/layers/binary-dense.ts";

const PIXELS = 4 * 4 * 2;

function noise(rows: number, purpose: string): Split {
  const random = createRandom(1, purpose);
  const pixels = Float32Array.from({ length: rows * PIXELS }, () => random.normal());
  return {
    labels: Int32Array.from({ length: rows }, (_, row) => row % 2),
    images: (asked) =>
      Float32Array.from({ length: asked.length * PIXELS }, (_, i) => pixels[asked[Math.floor(i / PIXELS)]! * PIXELS + (i % PIXELS)]!),
  };
}

/** All plugins for a run of two small binary layers, each under the name "tiny". */
export function tinyContainer(binarizer: Binarizer): DependencyContainer {
  const container = createContainer();
  container.resolve(BINARIZERS).add("tiny", { description: "", create: () => binarizer });
  container.resolve(BACKENDS).add("tiny", {
    description: "",
    create: () => ({ probe: async () => ({ ok: true, description: "" }), activate: async () => void (await tf.setBackend("cpu")) }),
  });
  container.resolve(DATASETS).add("tiny", {
    description: "",
    create: () => ({
      load: async () => ({
        shape: [4, 4, 2],
        labels: ["a", "b"],
        train: noise(24, "train"),
        test: noise(8, "test"),
        provenance: {},
        preprocessing: [],
      }),
    }),
  });
  container.resolve(ARCHITECTURES).add("tiny", {
    description: "",
    create: () => ({
      build: ({ inputShape, classes, binarizer, seed }) => {
        const kernelInitializer = tf.initializers.randomNormal({ stddev: 0.1, seed });
        return tf.sequential({
          layers: [
            new BinaryConv2D({ name: "conv", binarizer, filters: 3, kernelSize: 3, kernelInitializer, inputShape }),
            tf.layers.flatten({ name: "flat" }),
            new BinaryDense({ name: "dense", binarizer, units: classes, kernelInitializer }),
          ],
        });
      },
    }),
  });
  container.resolve(SCHEMES).add("tiny", {
    description: "",
    create: () => ({
      draw: ({ sampleWeights }) => ({ kind: "weighted", sampleWeights }),
      next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
    }),
  });
  container.resolve(VOTERS).add("tiny", { description: "", create: () => ({ vote: ({ logits }) => Float64Array.from(logits[0] ?? []) }) });
  return container;
}
