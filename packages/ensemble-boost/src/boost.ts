import { type EnsembleScheme, resample, type Verdict, z } from "@benn/core";
import { halfLog, samme } from "./alpha-rules.ts";
import type { WeightRule } from "./weight-rules.ts";

/** The options of every boosting scheme here; each registered name has its own default of `alpha`. */
export const boostOptions = (alpha: "half-log" | "samme") =>
  z.object({
    alpha: z.enum(["half-log", "samme"]).default(alpha).describe("½·ln((1−ε)/ε), or shrinkage·(ln((1−ε)/ε) + ln(K−1))"),
    shrinkage: z.number().positive().default(0.1).describe("factor of the samme alpha"),
    start: z
      .enum(["uniform", "guarded"])
      .default("uniform")
      .describe("first sample weights: 1/n, or 1/(n + 0.001) as the reference's on ImageNet"),
    onWeak: z.enum(["keep", "stop"]).default("keep").describe("what to do under the half-log alpha with a member of ε ≥ ½"),
    weighting: z
      .enum(["resample", "loss"])
      .default("resample")
      .describe("sample weights choose an epoch's rows, or weigh the loss of every row"),
  });

export type BoostOptions = z.output<ReturnType<typeof boostOptions>>;

/**
 * Boosting: rows that the last member misclassified weigh more for the next one. Its vote weight follows from its weighted error ε by the
 * alpha rule, and the next sample weights by the weight rule. Sample weights are float64 and never normalized here.
 * @param name of the scheme in messages
 */
export function boost(name: string, reweigh: WeightRule, options: BoostOptions): EnsembleScheme {
  const rule = options.alpha === "samme" ? samme(options.shrinkage) : halfLog;
  return {
    begin: ({ samples }) => new Float64Array(samples).fill(1 / (options.start === "guarded" ? samples + 0.001 : samples)),

    draw({ sampleWeights, samples, purpose, random }) {
      // Scoring draws rows in either case: an epoch's score is the accuracy on a weighted sample.
      if (options.weighting === "loss" && purpose === "train") return { kind: "weighted", sampleWeights };
      return { kind: "rows", rows: resample(sampleWeights, samples, random("epoch")) };
    },

    next({ member, sampleWeights, wrong, error, classes }): Verdict {
      const who = `${name}: member ${member + 1}`;
      if (error === 0) {
        // A perfect member's vote weight would be infinite: it gets the weight of a member that misclassifies half a row.
        const alpha = rule.alpha(1 / (2 * sampleWeights.length), classes);
        if (Number.isFinite(alpha)) return { kind: "stop", alpha, reason: `${who} has a weighted error of 0; nothing is left to boost.` };
      }

      const came = `has a weighted error of ${error.toPrecision(4)}`;
      const learn = "Train it for more epochs, or with another learning rate.";
      const drop = (why: string): Verdict => ({ kind: "stop", reason: `${who} ${came}, ${why}; it is dropped. ${learn}` });
      const weak = error >= rule.limit(classes);
      if (weak && options.alpha === "samme") return drop(`no better than chance among ${classes} classes`);
      if (weak && options.onWeak === "stop") return drop("and half-log alpha asks for less than 0.5");
      const alpha = rule.alpha(error, classes);
      if (!Number.isFinite(alpha)) return drop(`for which ${options.alpha} alpha is not a finite number`);

      const next = reweigh({ sampleWeights, wrong, alpha, classes });
      if (!isUsable(next)) {
        const reason = `${name}: the sample weights after member ${member + 1} are no longer finite or none is above 0; no more can be drawn.`;
        return { kind: "stop", alpha, reason };
      }
      if (!weak) return { kind: "accept", alpha, sampleWeights: next };
      const consequence = alpha < 0 ? "it votes against its own answers" : "it has no vote";
      const warning = `${who} ${came}, so its alpha is ${alpha.toPrecision(4)}: ${consequence}. ${learn}`;
      return { kind: "accept", alpha, sampleWeights: next, warning };
    },
  };
}

/** Whether rows can be drawn by these weights; single negative ones are allowed, since a draw treats them as 0. */
function isUsable(sampleWeights: Float64Array): boolean {
  const total = sampleWeights.reduce((sum, w) => sum + w, 0);
  return Number.isFinite(total) && sampleWeights.some((w) => w > 0);
}
