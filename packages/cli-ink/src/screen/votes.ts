import { table } from "../run/format.ts";
import { comparison, isBetter, metricHead } from "../run/metric-values.ts";
import { voteMetrics } from "../run/run-metrics.ts";
import { headline, stagedRows } from "../run/summary.ts";
import { bold, cut, dim, type Line, line, span } from "./line.ts";
import type { PanelProps } from "./panel.ts";

/** The votes of the first 1, 2, … members, with single members; the newest ones if not all fit. */
export function votes({ state, metric: shown, width, height }: PanelProps): Line[] {
  const metrics = voteMetrics(state);
  const metric = metrics.find(({ name }) => name === shown?.name) ?? metrics[0];
  if (!metric) {
    const why = state.staged.length === 0 ? "appears after the first member finishes" : "no metric of this run measures votes";
    return [line(bold("Votes on the test images")), cut(line(dim(why)), width)];
  }
  const [head = [], ...rows] = stagedRows(state, metric);
  const newest = rows.slice(-Math.max(1, height - 3));
  const done = headline(state, metric);
  const gain = done && comparison(metric, done.value, done.mean);
  // Columns that do not fit are dropped from the right.
  const columns = head.length - Math.max(0, Math.ceil((tableWidth(head) - width) / 9));
  const lines = table(
    [head.map(shortHead), ...newest].map((row) => row.slice(0, columns)),
    { left: 0 },
  );
  const isGain = done !== undefined && isBetter(metric, done.value, done.mean);
  return [
    line(bold(`Votes, test ${metricHead(metric)}`)),
    ...lines.map((row, i) => line(i === 0 ? dim(row) : span(row, undefined, { bold: i === lines.length - 1 }))),
    ...(done && gain !== undefined
      ? [line(`${done.voter}: `, bold(gain, isGain ? "good" : "warn"), gain === "equal" ? " to mean" : " than mean")]
      : []),
  ].map((row) => cut(row, width));
}

function shortHead(word: string): string {
  return word === "members" ? "n" : word === "mean single" ? "mean" : word;
}

function tableWidth(head: readonly string[]): number {
  return head.map(shortHead).reduce((sum, word) => sum + Math.max(4, word.length) + 2, -2);
}
