import { type LinearMap, type LoweredVote, UserError, type Voter } from "@benn/core";
import { VOTES } from "../graph.ts";

/** A voter with the name by which it was chosen. */
export interface NamedVoter {
  readonly name: string;
  readonly voter: Voter;
}

/** @throws UserError for a voter without `lower` */
export function checkLowers({ name, voter }: NamedVoter): void {
  if (!voter.lower) {
    throw new UserError(
      `export: the voter "${name}" has no lower method, so a packed model cannot take its vote. Give it one (docs/packed.md), or choose another: ${VOTES.join(", ")}.`,
    );
  }
}

/**
 * The vote of a packed model that stands for a voter's, with the members' vote weights in it.
 * @param alphas of the voting members
 * @throws UserError if the voter does not lower, or lowers to an unknown vote
 */
export function lowerVote(named: NamedVoter, alphas: readonly number[]): LoweredVote {
  checkLowers(named);
  const lowered = named.voter.lower?.(alphas);
  if (
    !lowered ||
    !VOTES.includes(lowered.vote) ||
    lowered.alphas.length !== alphas.length ||
    !lowered.alphas.every(Number.isFinite) ||
    !areMaps(lowered)
  ) {
    throw new UserError(
      `export: the voter "${named.name}" lowers to ${JSON.stringify(lowered)} for ${alphas.length} members. Let it give one of ${VOTES.join(", ")}, a finite alpha for each member, and with maps soft and one finite map a member.`,
    );
  }
  return lowered;
}

/** Sizes are compared with the classes where the maps become nodes. */
function areMaps({ vote, alphas, maps }: LoweredVote): boolean {
  if (maps === undefined) return true;
  const isFinite = ({ weights, bias }: LinearMap): boolean => weights.every(Number.isFinite) && bias.every(Number.isFinite);
  return vote === "soft" && maps.length === alphas.length && maps.every(isFinite);
}
