import * as tf from "@tensorflow/tfjs";

/** A weight of a model in TensorFlow.js's order: kernels [height, width, channels, filters]. */
export interface GivenWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A model's weights as they are. */
export function readWeights(model: tf.LayersModel): Promise<GivenWeight[]> {
  return Promise.all(
    model.weights.map(async (weight) => ({
      name: weight.originalName,
      shape: weight.shape as number[],
      values: Float32Array.from(await weight.read().data<"float32">()),
    })),
  );
}

/** Gives every bias a small number: without, many sums are 0, where one rounding decides whether a ReLU lets gradients through. */
export function setBiases(model: tf.LayersModel): void {
  for (const weight of model.weights) {
    if (!weight.originalName.endsWith("/bias")) continue;
    const small = tf.randomUniform(weight.shape as number[], 0.01, 0.02, "float32", 1);
    weight.write(small);
    small.dispose();
  }
}
