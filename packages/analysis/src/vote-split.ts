import type { Metric, Voter } from "@benn/core";
import type { EnsembleSplit } from "@benn/core/node";
import { winners } from "@benn/core/staged-vote";
import { stagedScores } from "./staged-scores.ts";
import { finish } from "./steps.ts";

export interface VoteTask {
  readonly classes: number;
  /** Vote weights, one per member; undefined: it does not vote. */
  readonly alphas: readonly (number | undefined)[];
  /** For the vote of the first 1, 2, … voting members: each voter by name, fitted if it learns. */
  readonly voters: readonly ReadonlyMap<string, Voter>[];
  /** The voter whose predictions and scores are kept. */
  readonly own: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Whether to keep predictions, of members and stages, and scores: otherwise only counts and metrics. */
  readonly keep: boolean;
  /** Bytes of logits that are processed at a time; default 2²⁹. A metric that is not a mean over rows needs all rows at once. */
  readonly blockBytes?: number;
}

/** Predictions and their quality. */
export interface Measured {
  /** Number of correctly classified rows. */
  readonly right: number;
  /** By name; NaN if there are too many rows for a metric that is not a mean over rows. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface VotedSplit {
  readonly rows: number;
  /** Each single member. */
  readonly members: readonly Measured[];
  /** The vote of the first 1, 2, … members that vote, by voter. */
  readonly stages: readonly Readonly<Record<string, Measured>>[];
  /**
   * Empty unless they are kept: classes [rows] of each member, of each stage by the run's voter, and that voter's scores [rows, classes] of
   * the last.
   */
  readonly predicted: readonly Int32Array[];
  readonly stagePredicted: readonly Int32Array[];
  readonly scores: Float64Array;
}

/**
 * Evaluates the members of an ensemble on the rows of a split, alone and in votes of the first 1, 2, … of them. Rows are processed in
 * blocks, so that memory holds only a block of logits and what is kept.
 */
export function voteSplit(split: EnsembleSplit, task: VoteTask): VotedSplit {
  return finish(voteSplitInSteps(split, task));
}

/** Total number of rows that `voteSplitInSteps` counts. */
export function countedRows(rows: number, { alphas, voters }: Pick<VoteTask, "alphas" | "voters">): number {
  return rows * (alphas.length + voters.length * (voters[0]?.size ?? 0));
}

/** `voteSplit`, with a pause after each member and each vote of a block: yields the number of rows, counted once for each. */
export function* voteSplitInSteps({ labels, logits }: EnsembleSplit, task: VoteTask): Generator<number, VotedSplit> {
  const { classes, alphas, voters, own, metrics, keep, blockBytes = 2 ** 29 } = task;
  const rows = labels.length;
  const ofVotes = Object.entries(metrics).filter(([, metric]) => !metric.membersOnly);
  const blockRows = Math.max(1, Math.floor(blockBytes / (4 * classes * Math.max(1, alphas.length))));
  const whole = blockRows >= rows;
  const kept = (): Int32Array => new Int32Array(keep ? rows : 0);
  const members = alphas.map(() => ({ sum: newSum(), predicted: kept() }));
  const stages = voters.map((byName) => ({ sums: new Map([...byName.keys()].map((name) => [name, newSum()])), predicted: kept() }));
  const scores = new Float64Array(keep && voters.length > 0 ? rows * classes : 0);
  for (let from = 0; from < rows; from += blockRows) {
    const to = Math.min(rows, from + blockRows);
    const truth = labels.subarray(from, to);
    const block = logits(from, to);
    for (const [m, { sum, predicted }] of members.entries()) {
      const answers = winners(block[m]!, classes);
      if (keep) predicted.set(answers, from);
      addTo(sum, answers, truth, block[m]!, Object.entries(metrics), whole);
      yield to - from;
    }
    const voting = alphas.flatMap((alpha, m) => (alpha === undefined ? [] : [m]));
    const ballot = { logits: voting.map((m) => block[m]!), alphas: voting.map((m) => alphas[m]!), classes };
    for (const name of voters[0]?.keys() ?? []) {
      let k = 0;
      const ofName = voters.map((byName) => byName.get(name)!);
      for (const voted of stagedScores(ofName, ballot)) {
        const { sums, predicted } = stages[k++]!;
        const answers = winners(voted, classes);
        addTo(sums.get(name)!, answers, truth, voted, ofVotes, whole);
        if (name === own && keep) {
          predicted.set(answers, from);
          if (k === stages.length) scores.set(voted, from * classes);
        }
        yield to - from;
      }
    }
  }
  return {
    rows,
    members: members.map(({ sum }) => measured(sum, rows)),
    stages: stages.map(({ sums }) => Object.fromEntries([...sums].map(([name, sum]) => [name, measured(sum, rows)]))),
    predicted: members.map(({ predicted }) => predicted),
    stagePredicted: stages.map(({ predicted }) => predicted),
    scores,
  };
}

interface Sum {
  right: number;
  /** Values times rows, by metric. */
  readonly totals: Map<string, number>;
}

const newSum = (): Sum => ({ right: 0, totals: new Map() });

function addTo(
  sum: Sum,
  answers: Int32Array,
  labels: Int32Array,
  scores: Float32Array | Float64Array,
  metrics: readonly (readonly [string, Metric])[],
  whole: boolean,
): void {
  for (const [row, label] of labels.entries()) sum.right += Number(answers[row] === label);
  for (const [name, metric] of metrics) {
    // A metric that is summed over batches is a mean over rows, so that blocks can be combined.
    const value = whole || metric.sum ? metric.of(scores, labels) : Number.NaN;
    sum.totals.set(name, (sum.totals.get(name) ?? 0) + value * labels.length);
  }
}

function measured({ right, totals }: Sum, rows: number): Measured {
  return { right, metrics: Object.fromEntries([...totals].map(([name, total]) => [name, total / rows])) };
}
