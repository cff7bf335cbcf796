import { bootstrap, type Interval, type SelectionStep } from "@benn/analysis";
import type { Metric } from "@benn/core";
import { createRandom } from "@benn/core/internals";

/** A step with the interval of its value. */
export interface CurvePoint extends SelectionStep {
  /** By the metric, on the rows that members were chosen on. */
  readonly value: number;
  /** 95 % bootstrap interval over rows; absent of a metric that is no mean over rows. */
  readonly interval?: Interval;
}

/** Intervals of the steps of a selection, all of the same draws of rows. */
export function selectionCurve(
  curve: readonly SelectionStep[],
  { votes, labels, metric, seed }: { votes: readonly Float64Array[]; labels: Int32Array; metric: Metric; seed: number },
): CurvePoint[] {
  const scores = curve.map(({ counts }) => voteOf(votes, counts));
  const points = curve.map((step, i) => ({ ...step, value: metric.of(scores[i]!, labels) }));
  if (!metric.sum) return points;
  const classes = votes[0]!.length / labels.length;
  const rows = scores.map((own) =>
    Float64Array.from(labels, (_, row) => metric.of(own.subarray(row * classes, (row + 1) * classes), labels.subarray(row, row + 1))),
  );
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

/** Scores [rows, classes] of candidates that vote as often as they were chosen. */
export function voteOf(votes: readonly Float64Array[], counts: ReadonlyMap<number, number>): Float64Array {
  const sum = new Float64Array(votes[0]!.length);
  for (const [candidate, count] of counts) {
    const own = votes[candidate]!;
    for (let i = 0; i < sum.length; i++) sum[i]! += count * own[i]!;
  }
  return sum;
}
