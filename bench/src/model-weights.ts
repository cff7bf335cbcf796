import * as tf from "@benn/core/tensorflow";

/** A weight of a model in TensorFlow.js's order: kernels [height, width, channels, filters]. */
export interface GivenWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Copies a model's weights. */
export function readWeights(model: tf.LayersModel): Promise<GivenWeight[]> {
  return Promise.all(
    model.weights.map(async (weight) => ({
      name: weight.originalName,
      shape: weight.shape as number[],
      values: Float32Array.from(await weight.read().data<"float32">()),
    })),
  );
}

/** A kernel as [filters, channels, height, width], a vector as [1, channels, 1, 1]. */
export function channelsFirst({ values, shape: given }: GivenWeight): { readonly values: Float32Array; readonly shape: readonly number[] } {
  const [kh = 1, kw = 1, c = 1, f = 1] = given.length === 4 ? given : [1, 1, given[0], 1];
  const turned = new Float32Array(values.length);
  for (const [i, value] of values.entries()) {
    const [filter, channel, tap] = [i % f, Math.floor(i / f) % c, Math.floor(i / f / c)];
    turned[(filter * c + channel) * kh * kw + tap] = value;
  }
  return { values: turned, shape: given.length === 4 ? [f, c, kh, kw] : [1, c, 1, 1] };
}

/** Gives every bias a small value: otherwise many sums are 0, and a rounding error decides whether a ReLU passes gradients. */
export function setBiases(model: tf.LayersModel): void {
  for (const weight of model.weights) {
    if (!weight.originalName.endsWith("/bias")) continue;
    const small = tf.randomUniform(weight.shape as number[], 0.01, 0.02, "float32", 1);
    weight.write(small);
    small.dispose();
  }
}
