import type { Random, SplitName } from "@benn/core";
import { bootstrap } from "./bootstrap.ts";
import { type McNemar, mcnemar } from "./mcnemar.ts";
import type { Interval } from "./wilson.ts";

/** The vote compared with one member on the same rows: in McNemar's test the vote is first, the member second. */
export interface Comparison extends McNemar {
  /** Of the member. */
  readonly accuracy: number;
  /** Accuracy of the vote minus that of the member. */
  readonly difference: number;
  /** 95 % bootstrap interval of the difference, over pairs of predictions for one row. */
  readonly interval: Interval;
}

export interface ComparedMember extends Comparison {
  readonly member: number;
  /** The split on which it was chosen as the best one. If it is compared on the same rows, its accuracy is optimistic. */
  readonly chosenOn: SplitName;
}

/**
 * @param vote [rows], 1 where the vote is right
 * @param members one array [rows] per member, 1 where it is right
 */
export function compareMembers(vote: Uint8Array, members: readonly Uint8Array[], random: Pick<Random, "integer">): Comparison[] {
  const n = vote.length;
  const gains = members.map((member) => Int8Array.from(vote, (right, row) => right - member[row]!));
  const mean = (gain: Int8Array, rows: Int32Array): number => {
    let sum = 0;
    for (const row of rows) sum += gain[row]!;
    return sum / n;
  };
  const intervals = members.length === 0 ? [] : bootstrap(n, (drawn) => gains.map((gain) => mean(gain, drawn)), { random });
  return members.map((member, i) => ({
    ...mcnemar(vote, member),
    accuracy: member.reduce((sum, right) => sum + right, 0) / n,
    difference: gains[i]!.reduce((sum, gain) => sum + gain, 0) / n,
    interval: intervals[i]!,
  }));
}
