/** What one more member changes in the vote. */
export interface FixedAndBroke {
  /** Rows that only the vote with it classifies correctly. */
  readonly fixed: number;
  /** Rows that only the vote without it classifies correctly. */
  readonly broke: number;
}

/**
 * What each member after the first fixed and broke when it joined the vote.
 * @param right one array [rows] per stage: 1 where the vote of the first 1, 2, … members is right
 * @returns one less than there are stages: for the second member, the third …
 */
export function fixedAndBroke(right: readonly Uint8Array[]): FixedAndBroke[] {
  return right.slice(1).map((after, stage) => {
    const before = right[stage]!;
    let fixed = 0;
    let broke = 0;
    for (const [row, isRight] of after.entries()) {
      fixed += Number(isRight > before[row]!);
      broke += Number(isRight < before[row]!);
    }
    return { fixed, broke };
  });
}
