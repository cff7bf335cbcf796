import * as tf from "../tensorflow.ts";
import { z } from "zod";
import type { Loss } from "../loss.ts";
import { crossEntropyRows } from "./cross-entropy-rows.ts";

export const crossEntropyOptions = z.object({
  labelSmoothing: z.number().min(0).lt(1).default(0).describe("share of each target that all classes get alike; 0 is the label alone"),
});

/**
 * Softmax cross-entropy of each row, `−Σ q log softmax(logits)`, with the target q = (1 − ε) · onehot(label) + ε / classes and ε =
 * `labelSmoothing`.
 * @see C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, section 7
 */
export function crossEntropyLoss({ labelSmoothing }: z.output<typeof crossEntropyOptions>): Loss {
  return {
    rows({ logits, labels }) {
      const classes = logits.shape[1];
      const rest = labelSmoothing / classes;
      const targets =
        labelSmoothing === 0 ? tf.oneHot(labels, classes) : tf.oneHot(labels, classes, 1 - labelSmoothing + rest, rest, "float32");
      return crossEntropyRows(logits, targets);
    },
  };
}
