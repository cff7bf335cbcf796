import type { GivenMembers } from "../train/given-members.ts";
import { UserError } from "../user-error.ts";
import { readMember, readMemberRecord } from "./read-member.ts";
import { readTrained } from "./read-trained.ts";
import { readRunFacts } from "./run-facts.ts";
import { memberFolder } from "./run-paths.ts";

/** A trained member of a run, and the vote weight that it is to have in another. */
export interface ChosenMember {
  readonly run: string;
  readonly member: number;
  readonly alpha: number;
}

/**
 * Members of runs on the same data as members of a new run, for `train`: with their weights, their logits where those are stored and whole, and the
 * vote weights given here. No scheme judges them: all sample weights stay equal.
 * @param origin kept in experiment.json, as plain JSON
 */
export function givenFromRuns(members: readonly ChosenMember[], origin: Readonly<Record<string, unknown>>): GivenMembers {
  const chosen = (member: number): ChosenMember => {
    const own = members[member];
    if (!own) throw new RangeError(`member ${member} of ${members.length}`);
    return own;
  };
  return {
    origin,
    weights: (member) => readTrained(memberFolder(chosen(member).run, chosen(member).member)),
    async logits(member) {
      const { run, member: own } = chosen(member);
      const { files } = await readMemberRecord(run, own, await readRunFacts(run));
      if (!files["logits.train.f32"] || !files["logits.test.f32"]) return undefined; // of an older version: nothing vouches for them
      try {
        return (await readMember(run, own)).logits;
      } catch (error) {
        if (error instanceof UserError) return undefined;
        throw error;
      }
    },
    async judgement(member) {
      const { run, alpha } = chosen(member);
      const rows = (await readRunFacts(run)).rows?.train ?? 0;
      return { alpha, sampleWeights: new Float64Array(rows).fill(1 / rows) };
    },
  };
}
