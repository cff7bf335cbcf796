import type * as tf from "../tensorflow.ts";

/**
 * Names that TensorFlow.js generates count the layers that the process has built (`dense_Dense17`), so a resumed run would save other names
 * than an uninterrupted one. This renumbers them within the model.
 * @returns name in this process → name to save, for the model and for layers that were not named by their architecture
 */
export function stableNames(model: tf.LayersModel): ReadonlyMap<string, string> {
  const names = new Map<string, string>([[model.name, "model"]]);
  const counts = new Map<string, number>();
  for (const layer of model.layers) {
    const madeUp = layer.getClassName() === "InputLayer" ? /^(input)\d+$/ : new RegExp(`^(\\w+_${layer.getClassName()})\\d+$`);
    const stem = madeUp.exec(layer.name)?.[1];
    if (stem === undefined) continue;
    const count = (counts.get(stem) ?? 0) + 1;
    counts.set(stem, count);
    names.set(layer.name, `${stem}${count}`);
    names.set(`${layer.name}_input`, `${stem}${count}_input`);
  }
  return names;
}
