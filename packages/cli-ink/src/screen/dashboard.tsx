import { Box, Text } from "ink";
import { percent, short } from "../run/format.ts";
import { memberInFocus, type RunState } from "../run/run-state.ts";
import { secondsLeft } from "../run/time-left.ts";
import { Chart } from "./chart.tsx";
import { Footer, type Hint } from "./footer.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { Lanes } from "./lanes.tsx";
import { Votes } from "./votes.tsx";

export interface DashboardProps {
  readonly state: RunState;
  readonly columns: number;
  readonly rows: number;
  /** Seconds since the newest event, while the clock runs. */
  readonly since: number;
  /** Which charts come first where not all have room. */
  readonly view: number;
  readonly help: boolean;
  readonly hints: readonly Hint[];
  readonly note?: string | undefined;
  readonly watching: boolean;
}

const HEADER = 4;
const PANELS_LEAST = 7;
const PANELS_MOST = 28;
const VOTES_WIDTH = 40;
const GAP = 2;

/** The whole screen, from the state alone. */
export function Dashboard({ state, columns, rows, since, view, help, hints, note, watching }: DashboardProps) {
  const left = secondsLeft(state);
  const warnings = rows < 14 ? [] : state.warnings.slice(rows < 40 ? -1 : -4);
  const free = rows - HEADER - 1 - warnings.length;
  const wanted = state.members.length + 1;
  const panels = free >= PANELS_LEAST + 4 ? Math.min(PANELS_MOST, Math.max(PANELS_LEAST, free - wanted - 1)) : 0;
  const lanes = Math.max(0, Math.min(wanted, free - (panels > 0 ? panels + 1 : 0)));
  const focus = memberInFocus(state);
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Header
        state={state}
        elapsed={state.seconds + since}
        left={left === undefined ? undefined : Math.max(0, left - since)}
        columns={columns}
      />
      <Text> </Text>
      <Box flexDirection="column" flexGrow={1} overflow="hidden">
        {help ? (
          <Help watching={watching} />
        ) : (
          <>
            {lanes > 0 && <Lanes members={state.members} focus={Math.max(0, focus?.member ?? 0)} columns={columns} height={lanes} />}
            {panels > 0 && <Text> </Text>}
            {panels > 0 && <Panels state={state} columns={columns} height={panels} view={view} />}
          </>
        )}
      </Box>
      {warnings.map(({ message }, i) => (
        <Text key={message} color="yellow" wrap="truncate">
          {`! ${message}${i === 0 && state.warnings.length > warnings.length ? ` (one of ${state.warnings.length} warnings)` : ""}`}
        </Text>
      ))}
      <Footer hints={hints} note={note} />
    </Box>
  );
}

/** How many of the three panels stand side by side. */
export function panelsAcross(columns: number): number {
  return columns >= 110 ? 3 : columns >= 72 ? 2 : 1;
}

function Panels({
  state,
  columns,
  height,
  view,
}: {
  readonly state: RunState;
  readonly columns: number;
  readonly height: number;
  readonly view: number;
}) {
  const across = panelsAcross(columns);
  const member = memberInFocus(state);
  const name = member === undefined ? "" : member.member < 0 ? " before member 1" : ` of member ${member.member + 1}`;
  const kinds = ["loss", "votes", "accuracy"] as const;
  const shown = Array.from({ length: across }, (_, i) => kinds[(view + i) % kinds.length]);
  // In reading order, whichever come first: loss, accuracy, votes.
  const order = (["loss", "accuracy", "votes"] as const).filter((kind) => shown.includes(kind));
  const charts = order.filter((kind) => kind !== "votes").length;
  const votes = order.includes("votes") ? Math.min(VOTES_WIDTH, columns) : 0;
  const width = Math.floor((columns - votes - GAP * (across - 1)) / Math.max(1, charts));
  const epochs = member?.epochs ?? 1;
  return (
    <Box columnGap={GAP} height={height}>
      {order.map((kind) =>
        kind === "votes" ? (
          <Votes key={kind} state={state} width={votes} height={height} />
        ) : kind === "loss" ? (
          <Chart
            key={kind}
            title={`Loss${name}`}
            curve={member?.batchLoss ?? []}
            epochs={epochs}
            format={short}
            color="cyan"
            width={width}
            height={height}
          />
        ) : (
          <Chart
            key={kind}
            title={`Training accuracy${name}`}
            curve={member?.accuracy ?? []}
            epochs={epochs}
            format={percent}
            color="green"
            width={width}
            height={height}
          />
        ),
      )}
    </Box>
  );
}
