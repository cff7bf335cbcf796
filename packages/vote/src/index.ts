import { definePlugin, VOTERS } from "@benn/core";
import { hardVote } from "./hard-vote.ts";
import { softVote } from "./soft-vote.ts";
import { softmaxVote } from "./softmax-vote.ts";

export { hardVote } from "./hard-vote.ts";
export { softVote } from "./soft-vote.ts";
export { softmaxVote } from "./softmax-vote.ts";

export default definePlugin({
  name: "@benn/vote",
  register(container) {
    const voters = container.resolve(VOTERS);
    voters.add("hard", { description: "majority vote: each member's class, weighted by alpha", create: () => hardVote });
    voters.add("soft", { description: "sum of logits, weighted by alpha", create: () => softVote });
    voters.add("softmax", { description: "mean probability, weighted by alpha", create: () => softmaxVote });
  },
});
