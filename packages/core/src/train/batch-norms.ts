import * as tf from "../tensorflow.ts";
import { type BatchNormalizing, isBatchNormalizing } from "../batch-normalizing.ts";
import { UserError } from "../user-error.ts";

/** A batch norm of a model. */
export interface BatchNorm extends BatchNormalizing {
  readonly layer: string;
  readonly mean: tf.LayerVariable;
  readonly variance: tf.LayerVariable;
}

/**
 * The batch norms of a model.
 * @throws UserError for a layer with running statistics that cannot be switched to normalizing by its batch
 */
export function batchNormsOf(model: tf.LayersModel): BatchNorm[] {
  return model.layers.flatMap((layer) => {
    const mean = weightOf(layer, "moving_mean");
    const variance = weightOf(layer, "moving_variance");
    if (!mean || !variance) return [];
    const normalizing = isBatchNormalizing(layer)
      ? layer
      : layer.getClassName() === "BatchNormalization"
        ? adapt(layer, [mean, variance])
        : undefined;
    if (normalizing) {
      const normalizeByBatch = (byBatch: boolean): void => normalizing.normalizeByBatch(byBatch);
      return [{ layer: layer.name, mean, variance, normalizeByBatch }];
    }
    throw new UserError(
      `layer ${layer.name}: has running statistics, but not the method normalizeByBatch that recomputes them. Give ${layer.getClassName()} one, ` +
        "or set batchNorm.statistics=running.",
    );
  });
}

/** Whether a layer has running statistics. */
export function hasBatchNorm(model: tf.LayersModel): boolean {
  return model.layers.some((layer) => weightOf(layer, "moving_variance"));
}

function weightOf(layer: tf.layers.Layer, name: string): tf.LayerVariable | undefined {
  return layer.weights.find(({ originalName }) => originalName.split("/").at(-1) === name);
}

/** Adapts TensorFlow.js's own layer: each call runs in training mode, and nothing else of that call is kept. */
function adapt(layer: tf.layers.Layer, statistics: readonly tf.LayerVariable[]): BatchNormalizing {
  const own = layer as tf.layers.Layer & { momentum: number };
  const { call, momentum } = own;
  return {
    normalizeByBatch(byBatch) {
      own.momentum = byBatch ? 0 : momentum;
      own.call = byBatch
        ? (inputs, kwargs) => {
            // The layer writes old + (new − old), which is exact only for old = 0.
            tf.tidy(() => statistics.forEach((statistic) => statistic.write(tf.zerosLike(statistic.read()))));
            return call.call(own, inputs, { ...kwargs, training: true });
          }
        : call;
    },
  };
}
