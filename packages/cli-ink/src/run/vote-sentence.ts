import { wilson } from "@benn/analysis";
import type { MetricInfo } from "@benn/core";
import { metricText } from "./metric-values.ts";

/** The value of a vote by a metric. */
export interface VoteValue {
  /** Members that vote. */
  readonly members: number;
  readonly voter: string;
  readonly value: number;
  /** Mean of single members. */
  readonly mean: number;
  /** Value of the best single member, on the same rows. */
  readonly best?: number | undefined;
}

/**
 * A sentence that compares a vote with its members.
 * @param rows on which an accuracy was measured; they limit its precision
 */
export function voteSentence(metric: MetricInfo, { members, voter, value, mean, best }: VoteValue, rows?: number): string {
  const said = `Test ${metric.title} of the ${voter} vote of ${membersWord(members)}: ${metricText(metric, value)}${marginOf(metric, value, rows)}`;
  if (members === 1) return `${said}.`;
  return `${said}; a single member averages ${metricText(metric, mean)}${best === undefined ? "" : `, the best ${metricText(metric, best)}`}.`;
}

/** ` (± 3.1)`: half of the 95 % interval of a share of this many rows. */
function marginOf({ name }: MetricInfo, value: number, rows: number | undefined): string {
  if (name !== "accuracy" || rows === undefined || rows === 0) return "";
  const [low, high] = wilson(Math.round(value * rows), rows);
  return ` (± ${(50 * (high - low)).toFixed(1)})`;
}

export function membersWord(n: number): string {
  return n === 1 ? "1 member" : `${n} members`;
}
