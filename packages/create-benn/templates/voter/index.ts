import { definePlugin, type Voter, VOTERS } from "@benn/core";

/** Borda count: a member gives each class a point for every class that it ranks lower, times its vote weight. */
export const myVoter: Voter = {
  vote({ logits, alphas, classes }) {
    const scores = new Float64Array(logits[0]?.length ?? 0);
    for (const [member, own] of logits.entries()) {
      for (let at = 0; at < own.length; at++) {
        const row = own.subarray(at - (at % classes), at - (at % classes) + classes);
        scores[at]! += alphas[member]! * row.reduce((points, other) => points + Number(other < own[at]!), 0);
      }
    }
    return scores;
  },
};

export default definePlugin({
  name: "my-voter",
  register(container) {
    container.resolve(VOTERS).add("my-voter", { description: "Borda count: points for ranks", create: () => myVoter });
  },
});
