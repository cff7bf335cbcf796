import { definePlugin, VOTERS, z } from "@benn/core";
import { hardVote } from "./hard-vote.ts";
import { softVote } from "./soft-vote.ts";
import { stackingVote } from "./stacking-vote.ts";
import { softmaxVote } from "./softmax-vote.ts";

export { hardVote } from "./hard-vote.ts";
export { softVote } from "./soft-vote.ts";
export { type StackingOptions, stackingVote } from "./stacking-vote.ts";
export { softmaxVote } from "./softmax-vote.ts";

export default definePlugin({
  name: "@benn/vote",
  register(container) {
    const voters = container.resolve(VOTERS);
    voters.add("hard", { description: "majority vote: each member's class, weighted by alpha", compared: true, create: () => hardVote });
    voters.add("soft", { description: "sum of logits, weighted by alpha", compared: true, create: () => softVote });
    voters.add("softmax", { description: "mean probability, weighted by alpha", compared: true, create: () => softmaxVote });
    voters.add("stacking", {
      description: "logistic regression on the members' logits, fitted to held-out samples",
      options: z.object({
        l2: z.number().positive().default(1).describe("strength of the penalty on the weights, scikit-learn's 1/C"),
        weights: z
          .enum(["auto", "matrix", "class"])
          .default("auto")
          .describe("of each member: a matrix of its logits, or a factor a class; auto: a matrix up to 100 classes"),
      }),
      create: stackingVote,
    });
  },
});
