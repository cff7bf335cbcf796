import { Box, Text } from "ink";
import { table } from "../run/format.ts";
import { comparison, isBetter, metricHead } from "../run/metric-values.ts";
import { voteMetrics } from "../run/run-metrics.ts";
import { headline, stagedRows } from "../run/summary.ts";
import type { PanelProps } from "./panel-list.tsx";

/** The votes of the first 1, 2, … members, beside single ones; the newest if not all fit. */
export function Votes({ state, metric: shown, width, height }: PanelProps) {
  const metrics = voteMetrics(state);
  const metric = metrics.find(({ name }) => name === shown?.name) ?? metrics[0];
  if (!metric) {
    return (
      <Box flexDirection="column" width={width}>
        <Text bold>Votes on the test images</Text>
        <Text dimColor wrap="truncate">
          {state.staged.length === 0 ? "when the first member is done" : "no metric of this run measures votes"}
        </Text>
      </Box>
    );
  }
  const [head = [], ...rows] = stagedRows(state, metric);
  const newest = rows.slice(-Math.max(1, height - 3));
  const done = headline(state, metric);
  const gain = done && comparison(metric, done.value, done.mean);
  // What does not fit falls away from the right.
  const columns = head.length - Math.max(0, Math.ceil((tableWidth(head) - width) / 9));
  const lines = table(
    [head.map(shortHead), ...newest].map((row) => row.slice(0, columns)),
    { left: 0 },
  );
  return (
    <Box flexDirection="column" width={width}>
      <Text bold wrap="truncate">
        {`Votes, test ${metricHead(metric)}`}
      </Text>
      {lines.map((line, i) => (
        <Text key={line} wrap="truncate" dimColor={i === 0} bold={i === lines.length - 1}>
          {line}
        </Text>
      ))}
      {done && gain !== undefined && (
        <Text wrap="truncate">
          {`${done.voter}: `}
          <Text bold color={isBetter(metric, done.value, done.mean) ? "green" : "yellow"}>
            {gain}
          </Text>
          {gain === "equal" ? " to mean" : " than mean"}
        </Text>
      )}
    </Box>
  );
}

function shortHead(word: string): string {
  return word === "members" ? "n" : word === "mean single" ? "mean" : word;
}

function tableWidth(head: readonly string[]): number {
  return head.map(shortHead).reduce((sum, word) => sum + Math.max(4, word.length) + 2, -2);
}
