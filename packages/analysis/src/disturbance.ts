import type { Voter } from "@benn/core";
import { movement, type Movement } from "./movement.ts";
import { stagedScores } from "./staged-scores.ts";

/** The vote to disturb. */
export interface DisturbedVote {
  /** [rows] */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Vote weights, one per member. */
  readonly alphas: readonly number[];
  /** For the vote of the first 1, 2, … members, fitted if it learns. */
  readonly voters: readonly Voter[];
}

/** The effect of a disturbance. */
export interface Disturbance {
  /** On the vote of the first 1, 2, … members. */
  readonly stages: readonly Movement[];
  /** On a single member, on average. */
  readonly single: Movement;
}

/**
 * Compares the votes of disturbed members with those of undisturbed ones.
 * @param clean logits [rows, classes], one array per member
 * @returns a function that takes the disturbed members' logits, and may be called repeatedly
 */
export function disturbanceOf(
  { labels, classes, alphas, voters }: DisturbedVote,
  clean: readonly Float32Array[],
): (disturbed: readonly Float32Array[]) => Disturbance {
  const before: Float64Array[] = [];
  // An array of scores is valid until the next one is requested.
  for (const scores of stagedScores(voters, { logits: clean, alphas, classes })) before.push(scores.slice());
  return (disturbed) => {
    const stages: Movement[] = [];
    for (const scores of stagedScores(voters, { logits: disturbed, alphas, classes }))
      stages.push(movement(before[stages.length]!, scores, labels));
    return {
      stages,
      single: meanMovement(disturbed.map((logits, member) => movement(clean[member]!, logits, labels))),
    };
  };
}

/** @returns the mean of each number */
export function meanMovement(movements: readonly Movement[]): Movement {
  const mean = (of: (movement: Movement) => number): number => movements.reduce((sum, own) => sum + of(own), 0) / movements.length;
  return { moved: mean(({ moved }) => moved), changed: mean(({ changed }) => changed), accuracy: mean(({ accuracy }) => accuracy) };
}
