import type { Voter } from "../voter.ts";
import { callPlugin } from "./call-plugin.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { withChecks } from "./with-checks.ts";

const FIT = "It gets { logits, alphas, classes, labels }";
const VOTE = "It gets { logits, alphas, classes } and returns a Float64Array of one finite score for each row and class";

/** Checks the scores of each vote. */
export function checkedVoter(voter: Voter, who: string): Voter {
  requireMethods(who, voter, { required: ["vote"], optional: ["fit", "lower"] });
  return withChecks(voter, {
    ...(voter.fit && { fit: (data) => callPlugin(who, "fit", FIT, () => voter.fit?.(data)) }),
    vote(ballot) {
      const scores: unknown = callPlugin(who, "vote", VOTE, () => voter.vote(ballot));
      const fail = (what: string): never => {
        throw new ContractError(`${who}: vote returned ${what}. ${VOTE}.`);
      };
      if (!(scores instanceof Float64Array)) return fail(describeValue(scores));
      const { classes } = ballot;
      const expected = ballot.logits[0]?.length ?? 0;
      if (scores.length !== expected) return fail(`${scores.length} scores for ${expected / classes} rows of ${classes} classes`);
      const bad = scores.findIndex((score) => !Number.isFinite(score));
      if (bad >= 0) return fail(`the score ${scores[bad]} for row ${Math.floor(bad / classes)}, class ${bad % classes}`);
      return scores;
    },
  });
}
