import { type Ballot, type DependencyContainer, VOTERS } from "@benn/core";
import { winners } from "@benn/core/internals";
import type { Check } from "./check.ts";
import type { GoldenFile } from "./golden-file.ts";

/** The winner of every row under each vote, with alphas and without; the error is the number of rows that differ. */
export function voteChecks(file: GoldenFile, container: DependencyContainer): Check[] {
  return file.match(/^(\w+)_(weighted|unweighted)$/).map(([name, voter = "", weighting]) => ({
    name,
    tolerance: 0,
    measure: () => {
      const ballot = ballotOf(file, weighting === "weighted");
      const won = winners(container.resolve(VOTERS).create(voter).vote(ballot), ballot.classes);
      const expected = file.numbers(name);
      return won.reduce((count, winner, row) => count + (winner === expected[row] ? 0 : 1), Math.abs(expected.length - won.length));
    },
  }));
}

function ballotOf(file: GoldenFile, weighted: boolean): Ballot {
  const numbers = file.numbers("logits");
  const alphas = [...file.numbers("alphas")];
  const [members = 0, rows = 0, classes = 0] = file.shape("logits");
  const size = rows * classes;
  return {
    // Float64 as in the file, where a run would have float32: the file's ties are ties of decimal fractions, which rounding would break.
    logits: Array.from({ length: members }, (_, member) => numbers.subarray(member * size, (member + 1) * size) as unknown as Float32Array),
    alphas: weighted ? alphas : alphas.map(() => 1),
    classes,
  };
}
