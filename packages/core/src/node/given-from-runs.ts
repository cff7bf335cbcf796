import { basename, resolve } from "node:path";
import type { GivenMembers } from "../train/given-members.ts";
import { UserError } from "../user-error.ts";
import { readMember, readMemberRecord } from "./read-member.ts";
import { readTrained } from "./read-trained.ts";
import { readRunFacts } from "./run-facts.ts";
import { memberFolder } from "./run-paths.ts";

/** A trained member of a run, and its vote weight in another run. */
export interface ChosenMember {
  readonly run: string;
  readonly member: number;
  readonly alpha: number;
}

/**
 * Members of runs on the same data as members of a new run, for `train`: with their weights, their logits if those are stored and intact,
 * and the given vote weights. No scheme judges them: all sample weights stay equal.
 * @param origin stored in experiment.json, as plain JSON, together with the list of members and the SHA-256 of their weights
 * @throws UserError if a member's record is missing or damaged
 */
export async function givenFromRuns(chosen: readonly ChosenMember[], origin: Readonly<Record<string, unknown>>): Promise<GivenMembers> {
  const members = await Promise.all(
    chosen.map(async ({ run, member, alpha }) => {
      const facts = await readRunFacts(run);
      const { files } = await readMemberRecord(run, member, facts);
      return { run, member, alpha, files, rows: facts.rows?.train ?? 0 };
    }),
  );
  return {
    origin: {
      ...origin,
      members: members.map(({ run, member, alpha, files }) => ({
        run: basename(resolve(run)),
        member,
        alpha,
        weights: files["weights.bin"],
      })),
    },
    weights: (place) => readTrained(memberFolder(members[place]!.run, members[place]!.member)),
    async logits(place) {
      const { run, member, files } = members[place]!;
      if (!files["logits.train.f32"] || !files["logits.test.f32"]) return undefined; // of an older version: no checksums
      try {
        return (await readMember(run, member)).logits;
      } catch (error) {
        if (error instanceof UserError) return undefined;
        throw error;
      }
    },
    async judgement(place) {
      const { alpha, rows } = members[place]!;
      return { alpha, sampleWeights: new Float64Array(rows).fill(1 / rows) };
    },
  };
}
