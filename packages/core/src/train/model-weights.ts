import * as tf from "@tensorflow/tfjs";

/** A model's weights off the device: name → values, trainable or not, in the model's order. */
export type WeightValues = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/** The name a weight had before TensorFlow.js made it unique in this process: `conv1/kernel`. */
function weightName(weight: tf.LayersModel["weights"][number]): string {
  return weight.originalName;
}

/** Copies the weights out of the model, latent kernels and running statistics included. */
export async function readWeights(model: tf.LayersModel): Promise<WeightValues> {
  const read = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const weight of model.weights) {
    const tensor = weight.read();
    const name = weightName(weight);
    if (read.has(name)) throw new Error(`model ${model.name}: two weights are named "${name}". Give its layers names of their own.`);
    read.set(name, { shape: [...tensor.shape], values: Float32Array.from(await tensor.data<"float32">()) });
  }
  return read;
}

/** Whether `values` has exactly the model's weights, by name and shape. */
export function weightsFit(model: tf.LayersModel, values: WeightValues): boolean {
  return (
    model.weights.length === values.size &&
    model.weights.every((weight) => String(values.get(weightName(weight))?.shape) === String(weight.shape))
  );
}

/** Sets the weights. The caller made sure with `weightsFit` that they fit. */
export function writeWeights(model: tf.LayersModel, values: WeightValues): void {
  tf.tidy(() => {
    for (const weight of model.weights) {
      const saved = values.get(weightName(weight));
      if (!saved) throw new Error(`model ${model.name}: weight "${weightName(weight)}" is missing from what is to be restored.`);
      weight.write(tf.tensor(saved.values, [...saved.shape], "float32"));
    }
  });
}
