import * as tf from "../tensorflow.ts";
import { stableNames } from "./stable-names.ts";

/** Copies of a model's weights in memory: name → values, trainable or not, in the order of the model. */
export type WeightValues = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/** A model's weights by names that do not depend on what else the process has built: `conv1/kernel`. */
export function namedWeights(model: tf.LayersModel): [name: string, weight: tf.LayersModel["weights"][number]][] {
  const stable = stableNames(model);
  return model.weights.map((weight) => {
    const slash = weight.originalName.indexOf("/");
    const layer = weight.originalName.slice(0, Math.max(0, slash));
    return [`${stable.get(layer) ?? layer}${weight.originalName.slice(Math.max(0, slash))}`, weight];
  });
}

/** Copies the weights off the device, latent kernels and running statistics included. */
export async function readWeights(model: tf.LayersModel): Promise<WeightValues> {
  const read = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const [name, weight] of namedWeights(model)) {
    const tensor = weight.read();
    if (read.has(name)) throw new Error(`model ${model.name}: two weights are named "${name}". Give its layers names of their own.`);
    read.set(name, { shape: [...tensor.shape], values: new Float32Array(await tensor.data<"float32">()) });
  }
  return read;
}

/** Whether `values` has exactly the model's weights, by name and shape. */
export function weightsFit(model: tf.LayersModel, values: WeightValues): boolean {
  return (
    model.weights.length === values.size &&
    namedWeights(model).every(([name, weight]) => String(values.get(name)?.shape) === String(weight.shape))
  );
}

/** Whether two models have the same weights, by name and shape. */
export function sameShapes(one: WeightValues, other: WeightValues): boolean {
  return one.size === other.size && [...one].every(([name, { shape }]) => String(other.get(name)?.shape) === String(shape));
}

/** Sets the weights. The caller has checked with `weightsFit` that they fit. */
export function writeWeights(model: tf.LayersModel, values: WeightValues): void {
  tf.tidy(() => {
    for (const [name, weight] of namedWeights(model)) {
      const saved = values.get(name);
      if (!saved) throw new Error(`model ${model.name}: weight "${name}" is missing from what is to be restored.`);
      weight.write(tf.tensor(saved.values, [...saved.shape], "float32"));
    }
  });
}
