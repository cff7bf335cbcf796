import type { MetricInfo } from "@benn/core";
import { comparison, metricText } from "./metric-values.ts";

/** What a vote reaches by a metric. */
export interface VoteValue {
  /** Members that vote. */
  readonly members: number;
  readonly voter: string;
  readonly value: number;
  /** Of a single member, on average. */
  readonly mean: number;
}

/** A vote beside its members, in a sentence. */
export function voteSentence(metric: MetricInfo, { members, voter, value, mean }: VoteValue): string {
  const gain = comparison(metric, value, mean);
  const alone = `of a single member on average: ${metricText(metric, mean)}${gain === undefined ? "" : `; ${gain}`}`;
  return `Test ${metric.title} of the ${voter} vote of ${membersWord(members)}: ${metricText(metric, value)}; ${alone}.`;
}

export function membersWord(n: number): string {
  return n === 1 ? "1 member" : `${n} members`;
}
