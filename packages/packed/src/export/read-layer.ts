import * as tf from "@benn/core/tensorflow";

export interface LayerWeight {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** A copy of the weight that a layer added under this name; undefined if it has none. */
export async function weightOf(layer: tf.layers.Layer, name: string): Promise<LayerWeight | undefined> {
  const weight = layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`) || originalName === name);
  if (!weight) return undefined;
  const tensor = weight.read();
  return { values: (await tensor.data<"float32">()).slice(), shape: tensor.shape };
}

/** Evaluates an elementwise layer on [n, 1, 1, channels], whatever height and width it was built for. The caller disposes the result. */
export function evaluateLayer(layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const input = layer.outputShape.length === 2 ? tf.reshape(x, [-1, x.shape.at(-1) ?? 1]) : x;
    const [output] = [layer.call(input, { training: false })].flat<(tf.Tensor | tf.Tensor[])[]>();
    if (!output) throw new Error(`${layer.name}: gives nothing`);
    return tf.reshape(output, x.shape);
  });
}
