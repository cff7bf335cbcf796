import * as tf from "@tensorflow/tfjs";
import type { Adam } from "../adam.ts";
import { softmaxCrossEntropy } from "../softmax-cross-entropy.ts";
import { prepareLayers } from "./predict-logits.ts";
import type { StepTensors } from "./step-metrics.ts";
import { topFiveHits } from "./top-five-hits.ts";

export interface TrainStep {
  /** Makes [batch, height, width, channels], which this disposes. */
  images(): tf.Tensor4D;
  /** Class of each image [batch]. */
  readonly labels: Int32Array;
  /** Of each image [batch], with a mean of about 1; absent: all alike. */
  readonly lossWeights: Float32Array | undefined;
  readonly learningRate: number;
  readonly seed: number;
  /** Whether to count the labels among the five highest logits too. */
  readonly topFive: boolean;
}

/**
 * One forward pass, one backward pass, one step of the optimiser. Nothing is read: of the results two or three numbers are
 * left on the backend, never the logits.
 * @returns scalars, which the caller disposes
 */
export function trainStep(
  model: tf.LayersModel,
  optimizer: Adam,
  { images, labels: classes, lossWeights, learningRate, seed, topFive }: TrainStep,
): StepTensors {
  prepareLayers(model, { training: true, seed });
  const [loss, hits, five] = tf.tidy(() => {
    const x = images();
    const labels = tf.tensor1d(classes, "int32");
    const weights = lossWeights && tf.tensor1d(lossWeights);
    let hits: tf.Tensor | undefined;
    let five: tf.Tensor | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const logits = model.apply(x, { training: true }) as tf.Tensor2D;
      hits = tf.keep(tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), "float32")));
      if (topFive) five = tf.keep(topFiveHits(logits, labels));
      return softmaxCrossEntropy(logits, labels, weights);
    }, optimizer.variables);
    optimizer.apply(grads, learningRate);
    if (!hits) throw new Error("the model was not run");
    return [value, hits, ...(five ? [five] : [])] as const;
  });
  return { loss, hits, topFive: five };
}
