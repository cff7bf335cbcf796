import { isBetter, metricText } from "../run/metric-values.ts";
import { voteMetrics } from "../run/run-metrics.ts";
import type { RunState } from "../run/run-state.ts";
import { headline } from "../run/summary.ts";
import { fitting } from "./fitting.ts";

/**
 * The newest vote in one line, for screens without room for its panel, since it is the result of the run. Undefined before the first member
 * has ended.
 */
export function voteLine(state: RunState, columns: number): string | undefined {
  const [metric] = voteMetrics(state);
  const done = metric && headline(state, metric);
  if (!done) return undefined;
  const singles = state.members.flatMap(({ status, final }) => (status === "done" ? (final?.[metric.name]?.test ?? []) : []));
  const best = singles.reduce((a, b) => (isBetter(metric, b, a) ? b : a), done.mean);
  const [vote, mean, alone] = [done.value, done.mean, best].map((value) => metricText(metric, value));
  return fitting([`${done.voter} vote of ${done.members}: ${vote}`, `mean single ${mean}`, `best ${alone}`], columns);
}
