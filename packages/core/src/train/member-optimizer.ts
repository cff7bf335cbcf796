import type * as tf from "@tensorflow/tfjs";
import { Adam } from "../adam.ts";
import { namedWeights } from "./model-weights.ts";
import type { ResolvedConfig } from "./resolve-config.ts";

/** What trains a member: Adam on its trainable weights, under the names that checkpoints have. The caller disposes it. */
export function memberOptimizer(model: tf.LayersModel, { weightDecay }: Pick<ResolvedConfig, "weightDecay">): Adam {
  return new Adam(
    namedWeights(model)
      .filter(([, weight]) => model.trainableWeights.includes(weight))
      .map(([name, weight]) => ({ name, variable: weight.read() as tf.Variable })),
    { weightDecay },
  );
}
