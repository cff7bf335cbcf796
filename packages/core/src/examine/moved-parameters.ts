import * as tf from "../tensorflow.ts";
import type { BinarizerParameters } from "../binarizer.ts";

/** Parameters as they may be after some training, not one of them where it was. Inside a tidy. */
export function movedParameters(parameters: BinarizerParameters): BinarizerParameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, tf.add(tf.mul(parameter, 1.25), 0.125)]));
}
