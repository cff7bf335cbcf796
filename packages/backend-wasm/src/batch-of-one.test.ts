import * as tf from "@benn/core/tensorflow";
import { expect, it } from "vitest";
import { randomValues } from "../test/random-values.ts";
import { useBackend } from "../test/use-backend.ts";

useBackend();

it("a net gives an image the same logits alone, beside another, and as the last of 251", () => {
  const initializer = (seed: number) => tf.initializers.randomNormal({ stddev: 0.2, seed });
  const conv = { filters: 20, kernelSize: 3, padding: "same" } as const;
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ ...conv, inputShape: [8, 8, 3], kernelInitializer: initializer(1) }),
      tf.layers.batchNormalization({}),
      tf.layers.reLU(),
      tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      tf.layers.conv2d({ ...conv, kernelInitializer: initializer(2) }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 10, kernelInitializer: initializer(3) }),
      tf.layers.softmax(),
    ],
  });
  const images = randomValues(251 * 192, "images");
  const logits = (from: number, to: number): Float32Array =>
    tf.tidy(() =>
      (model.apply(tf.tensor4d(images.subarray(from * 192, to * 192), [to - from, 8, 8, 3])) as tf.Tensor).dataSync<"float32">(),
    );
  const all = logits(0, 251);
  for (const image of [0, 100, 250]) expect(logits(image, image + 1)).toEqual(all.slice(10 * image, 10 * image + 10));
  expect(logits(249, 251)).toEqual(all.slice(2490));
  model.dispose();
});
