import type { Random } from "@benn/core";
import { winners } from "@benn/core/staged-vote";
import { mean, sampleStandardDeviation } from "simple-statistics";
import { bootstrap } from "./bootstrap.ts";
import type { DisturbedVote } from "./disturbance.ts";
import { movement, unitSpread } from "./movement.ts";
import { stagedScores } from "./staged-scores.ts";
import { studentInterval } from "./student-interval.ts";
import type { Estimate } from "./summarize-draws.ts";
import type { Interval } from "./wilson.ts";

/** A training of the same configuration. */
export interface Retrained extends Pick<DisturbedVote, "alphas" | "voters"> {
  /** Logits [rows, classes], one array per voting member. */
  readonly logits: readonly Float32Array[];
}

/** How another training changes the vote of this many members. */
export interface RetrainedStage {
  readonly members: number;
  /** Of each training. */
  readonly accuracies: readonly number[];
  readonly accuracy: {
    readonly mean: number;
    /** Mean, with Student's interval. */ readonly interval: Interval;
    readonly deviation: number;
  };
  /** Share of rows with another predicted class in another training: the mean over pairs, with a bootstrap interval over rows. */
  readonly churn: Estimate;
  /** Distance between the scores of two trainings, both with unit spread: the mean over pairs. */
  readonly moved: number;
}

/**
 * How much the votes of trainings differ that differ only by their seed.
 * @param labels [rows]
 * @param runs at least two, on the same rows
 * @returns for the vote of the first 1, 2, … members, as far as all trainings have them
 */
export function compareRetrainings(
  { labels, classes }: Pick<DisturbedVote, "labels" | "classes">,
  runs: readonly Retrained[],
  random: Pick<Random, "integer">,
): RetrainedStage[] {
  const rows = labels.length;
  const votes = runs.map(({ logits, alphas, voters }) => stagedScores(voters, { logits, alphas, classes }));
  const stages = Math.min(...runs.map(({ logits }) => logits.length));
  const pairs = runs.flatMap((_, second) => Array.from({ length: second }, (__, first) => [first, second] as const));
  const differing: Float64Array[] = []; // per stage [rows]: share of pairs
  const found = Array.from({ length: stages }, (_, k): Omit<RetrainedStage, "churn"> => {
    const scores = votes.map((vote) => unitSpread(vote.next().value, classes));
    const predicted = scores.map((own) => winners(own, classes));
    const accuracies = predicted.map((own) => own.reduce((sum, answer, row) => sum + Number(answer === labels[row]), 0) / rows);
    const differs = new Float64Array(rows);
    for (const [first, second] of pairs)
      for (let row = 0; row < rows; row++) if (predicted[first]![row] !== predicted[second]![row]) differs[row]! += 1 / pairs.length;
    differing.push(differs);
    const accuracy = { mean: mean(accuracies), interval: studentInterval(accuracies)!, deviation: sampleStandardDeviation(accuracies) };
    const moved = mean(pairs.map(([first, second]) => movement(scores[first]!, scores[second]!, labels).moved));
    return { members: k + 1, accuracies, accuracy, moved };
  });
  const churn = (drawn: ArrayLike<number>): number[] =>
    differing.map((differs) => {
      let sum = 0;
      for (let i = 0; i < drawn.length; i++) sum += differs[drawn[i]!]!;
      return sum / rows;
    });
  const values = churn(Array.from({ length: rows }, (_, row) => row));
  const intervals = bootstrap(rows, churn, { random });
  return found.map((stage, k) => ({ ...stage, churn: { value: values[k]!, interval: intervals[k]! } }));
}
