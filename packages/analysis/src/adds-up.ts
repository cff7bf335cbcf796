import type { Voter } from "@benn/core";

/**
 * Whether a vote declares itself to be a sum of its members' votes: it learns nothing, and is packed with the vote weights that it is
 * given. The vote of one more member then follows by adding that member's.
 * @param alphas the members' vote weights
 */
export function addsUp(voter: Voter, alphas: readonly number[]): boolean {
  if (voter.fit || !voter.lower) return false;
  const lowered = voter.lower(alphas).alphas;
  return lowered.length === alphas.length && lowered.every((alpha, i) => alpha === alphas[i]);
}
