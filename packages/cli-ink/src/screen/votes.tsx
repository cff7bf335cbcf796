import { Box, Text } from "ink";
import { points, table } from "../run/format.ts";
import type { RunState } from "../run/run-state.ts";
import { headline, stagedRows } from "../run/summary.ts";

interface VotesProps {
  readonly state: RunState;
  readonly width: number;
  readonly height: number;
}

/** The staged vote: accuracy of the first 1, 2, … members together, beside single ones; the newest stages if not all fit. */
export function Votes({ state, width, height }: VotesProps) {
  const [head = [], ...rows] = stagedRows(state);
  const shown = rows.slice(-Math.max(1, height - 3));
  const gain = headline(state);
  // What does not fit falls away from the right.
  const columns = head.length - Math.max(0, Math.ceil((tableWidth(head) - width) / 9));
  const lines = table(
    [head.map(shortHead), ...shown].map((row) => row.slice(0, columns)),
    { left: 0 },
  );
  return (
    <Box flexDirection="column" width={width}>
      <Text bold wrap="truncate">
        Vote of the members, test %
      </Text>
      {rows.length === 0 ? (
        <Text dimColor wrap="truncate">
          when the first member is done
        </Text>
      ) : (
        lines.map((line, i) => (
          <Text key={line} wrap="truncate" dimColor={i === 0} bold={i === lines.length - 1}>
            {line}
          </Text>
        ))
      )}
      {gain && (
        <Text wrap="truncate">
          {`${gain.voter} vote: `}
          <Text bold color={gain.accuracy > gain.mean ? "green" : "yellow"}>
            {points(gain.accuracy - gain.mean)} points
          </Text>
          {" over the mean"}
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
