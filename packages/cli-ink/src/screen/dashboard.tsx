import { Box, Text } from "ink";
import { memberInFocus, type RunState } from "../run/run-state.ts";
import { stopSentence } from "../run/stop-words.ts";
import { votersOf } from "../run/summary.ts";
import { secondsLeft } from "../run/time-left.ts";
import { wrap } from "../run/wrap.ts";
import { arrangePanels } from "./arrange-panels.ts";
import { Footer } from "./footer.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { Lanes } from "./lanes.tsx";
import { panelsOf } from "./panel-list.tsx";
import { Panels } from "./panels.tsx";
import { VoteLine, voteLine } from "./vote-line.tsx";

export interface DashboardProps {
  readonly state: RunState;
  readonly columns: number;
  readonly rows: number;
  /** Seconds since the newest event, while the clock runs. */
  readonly since: number;
  /** Which panel comes first where not all have room. */
  readonly view: number;
  /** Which of the run's metrics is shown where there is room for one; beyond the last the first follows again. */
  readonly metric?: number;
  readonly help: boolean;
  readonly note?: string | undefined;
  readonly watching: boolean;
}

const HEADER = 4;
const PANELS_LEAST = 7;
/** Where every member has its line. */
const PANELS_SMALL = 4;
const PANELS_MOST = 20;

/** The whole screen, from the state alone. */
export function Dashboard({ state, columns, rows, since, view, metric: nth = 0, help, note, watching }: DashboardProps) {
  const left = secondsLeft(state);
  const warnings = rows < 14 ? [] : state.warnings.slice(rows < 40 ? -1 : -4);
  const why = state.end && stopSentence(state.end);
  const stopped = why === undefined ? [] : wrap(why, columns).slice(0, rows < 14 ? 1 : 3);
  const free = rows - HEADER - 1 - warnings.length - stopped.length;
  const focus = memberInFocus(state);
  const metrics = state.start?.metrics ?? [];
  const metric = metrics[nth % Math.max(1, metrics.length)];
  const share = (lines: number) => {
    const { lanes, panels } = shareLines(lines, state.members.length + 1);
    return { lanes, panels, ...arrangePanels(panelsOf(state), columns, panels, view) };
  };
  const isShown = ({ panels, places }: ReturnType<typeof share>): boolean => panels > 0 && places.flat().some(({ id }) => id === "votes");
  const all = share(free);
  const vote = help || free < 3 || isShown(all) ? undefined : voteLine(state, columns);
  const { lanes, panels, places, more } = vote === undefined ? all : share(free - 1);
  return (
    // No width of its own: `columns` is a render late after a resize, and Ink then draws once with lines that the narrower window wraps.
    <Box flexDirection="column" height={rows} overflow="hidden">
      <Header
        state={state}
        elapsed={state.seconds + since}
        left={left === undefined ? undefined : Math.max(0, left - since)}
        columns={columns}
      />
      <Text> </Text>
      <Box flexDirection="column" flexGrow={1} overflow="hidden">
        {help ? (
          <Help watching={watching} voters={votersOf(state)} />
        ) : (
          <>
            {lanes > 0 && (
              <Lanes members={state.members} metric={metric} focus={Math.max(0, focus?.member ?? 0)} columns={columns} height={lanes} />
            )}
            {panels > 0 && <Text> </Text>}
            {panels > 0 && <Panels state={state} metric={metric} places={places} columns={columns} height={panels} />}
          </>
        )}
      </Box>
      {vote !== undefined && <VoteLine text={vote} />}
      {warnings.map(({ message }, i) => (
        <Text key={message} color="yellow" wrap="truncate">
          {`! ${message}${i === 0 && state.warnings.length > warnings.length ? ` (one of ${state.warnings.length} warnings)` : ""}`}
        </Text>
      ))}
      {stopped.map((line) => (
        <Text key={line} wrap="truncate">
          {line}
        </Text>
      ))}
      <Footer
        columns={columns}
        note={note}
        watching={watching}
        paused={state.control === "paused"}
        more={panels > 0 && more}
        metrics={metrics.length > 1}
      />
    </Box>
  );
}

/** How many lines the members get, and how many the panels below them, 0 for none. */
function shareLines(free: number, wanted: number): { readonly lanes: number; readonly panels: number } {
  const rest = free - wanted - 1;
  const panels = free >= PANELS_LEAST + 4 ? Math.min(PANELS_MOST, Math.max(PANELS_LEAST, rest)) : rest >= PANELS_SMALL ? rest : 0;
  return { panels, lanes: Math.max(0, Math.min(wanted, free - (panels > 0 ? panels + 1 : 0))) };
}
