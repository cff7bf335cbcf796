import { bootstrap, type Interval, type SelectionStep } from "@benn/analysis";
import type { Metric } from "@benn/core";
import { createRandom } from "@benn/core/internals";

/** A step with the interval of its value. */
export interface CurvePoint extends SelectionStep {
  /** By the metric, on the rows used for the selection. */
  readonly value: number;
  /** 95 % bootstrap interval over rows; absent for a metric that is not a mean over rows. */
  readonly interval?: Interval;
}

/** Intervals of the steps of a selection, all from the same bootstrap draws of rows. */
export async function selectionCurve(
  curve: readonly SelectionStep[],
  {
    votes,
    labels,
    metric,
    seed,
    onVote,
  }: { votes: readonly Float64Array[]; labels: Int32Array; metric: Metric; seed: number; onVote?(): Promise<void> },
): Promise<CurvePoint[]> {
  const classes = votes[0]!.length / labels.length;
  const points: CurvePoint[] = [];
  const rows: Float64Array[] = [];
  for (const step of curve) {
    // One vote at a time: with a thousand classes, all of them would not fit into memory.
    const scores = voteOf(votes, step.counts);
    points.push({ ...step, value: metric.of(scores, labels) });
    if (metric.sum)
      rows.push(
        Float64Array.from(labels, (_, row) =>
          metric.of(scores.subarray(row * classes, (row + 1) * classes), labels.subarray(row, row + 1)),
        ),
      );
    await onVote?.();
  }
  if (!metric.sum) return points;
  const mean = (values: Float64Array, drawn: Int32Array): number => {
    let sum = 0;
    for (const row of drawn) sum += values[row]!;
    return sum / drawn.length;
  };
  const intervals = bootstrap(labels.length, (drawn) => rows.map((values) => mean(values, drawn)), {
    random: createRandom(seed, "select", "bootstrap"),
  });
  return points.map((point, i) => ({ ...point, interval: intervals[i]! }));
}

/** Scores [rows, classes] of candidates with one vote per selection. */
export function voteOf(votes: readonly Float64Array[], counts: ReadonlyMap<number, number>): Float64Array {
  const sum = new Float64Array(votes[0]!.length);
  for (const [candidate, count] of counts) {
    const own = votes[candidate]!;
    for (let i = 0; i < sum.length; i++) sum[i]! += count * own[i]!;
  }
  return sum;
}
