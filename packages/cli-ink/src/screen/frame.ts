import type { LogEntry } from "../run/event-log.ts";
import { memberInFocus, type RunState } from "../run/run-state.ts";
import { stopSentence } from "../run/stop-words.ts";
import { votersOf } from "../run/summary.ts";
import { secondsLeft } from "../run/time-left.ts";
import { clock } from "../run/format.ts";
import { wrap } from "../run/wrap.ts";
import type { InsightState } from "../insight/insight.ts";
import { footer } from "./footer.ts";
import { header } from "./header.ts";
import { helpLines, scrolledHelp } from "./help.ts";
import { bold, cut, dim, fill, type Line, line, span } from "./line.ts";
import { membersLeft } from "./member-shown.ts";
import type { ReplayKeys } from "./screen.ts";
import type { SystemSample } from "./system-samples.ts";
import { type UiContext, type UiState, viewKey } from "./ui-state.ts";
import type { KeyWords, View, ViewProps } from "./view.ts";
import { viewNamed, VIEWS } from "./views.ts";
import { hasMorePanels, overview, showsVotes } from "./views/overview.ts";
import { voteLine } from "./vote-line.ts";

export interface FrameProps {
  readonly state: RunState;
  readonly ui: UiState;
  readonly columns: number;
  readonly rows: number;
  /** Seconds since the newest event, while the clock runs. */
  readonly since: number;
  readonly watching: boolean;
  /** Whether the run is being trained, so that there is time left. Default: unless it has ended. */
  readonly live?: boolean | undefined;
  readonly note?: string | undefined;
  readonly log?: readonly LogEntry[];
  readonly insight?: InsightState;
  readonly system?: readonly SystemSample[];
  readonly replay?: ReturnType<ReplayKeys["position"]> | undefined;
  /** Words instead of signs and pictures. */
  readonly words?: boolean;
  /** Set if the terminal draws pictures itself. */
  readonly pictures?: unknown;
  /** Default: the dashboard's own. */
  readonly views?: readonly View[];
}

const HEADER = 4;

/** What is on the screen, and how much room the view has. */
function layout(props: FrameProps) {
  const { state, ui, columns, rows, note, words = false, views = VIEWS } = props;
  const view = viewNamed(ui.view, views);
  const isOverview = view === overview;
  const warnings = rows < 14 || !isOverview ? [] : state.warnings.slice(rows < 40 ? -1 : -4);
  const why = state.end && stopSentence(state.end);
  const stopped = why === undefined || !isOverview ? [] : wrap(why, columns).slice(0, rows < 14 ? 1 : 3);
  const metrics = state.start?.metrics ?? [];
  // A note that leaves no room for the keys gets a line of its own.
  const longNote = note !== undefined && note.length > columns - 20 ? wrap(note, columns).slice(0, 2) : [];
  const filter = ui.typing || ui.filter !== "" ? 1 : 0;
  const scrubber = props.replay === undefined ? 0 : 1;
  const free = rows - HEADER - 1 - warnings.length - stopped.length - longNote.length - filter - scrubber;
  const room = { state, ui, width: columns, height: free };
  const vote = ui.help || !isOverview || free < 3 || showsVotes(room) ? undefined : voteLine(state, columns);
  const height = free - (vote === undefined ? 0 : 1);
  const body: ViewProps = {
    ...room,
    height,
    metric: metrics[ui.metric % Math.max(1, metrics.length)],
    log: props.log ?? [],
    insight: props.insight ?? {},
    system: props.system ?? [],
    words,
    pictures: props.pictures !== undefined,
  };
  return { view, views, body, vote, warnings, stopped, longNote, hasFilter: filter > 0, metrics, isOverview };
}

/** The whole screen as lines, from the state alone. */
export function frame(props: FrameProps): Line[] {
  const { state, ui, columns, rows, since, watching, note, live = true, words = false } = props;
  const left = live ? secondsLeft(state) : undefined;
  const { view, views, body, vote, warnings, stopped, longNote, hasFilter, metrics, isOverview } = layout(props);
  const { height } = body;
  const run = runKeys(props);
  const more = isOverview ? hasMorePanels(body) : true;
  const keys: KeyWords[] = [
    ...run.filter(([key, does]) => key !== "q" && does.length < 20),
    ...view.keys.filter(([key]) => (key !== "c" || more) && (key !== "P" || !watching)),
    ...(metrics.length > 1 && isOverview ? ([["m", "metric"]] as const) : []),
    ["tab", "views"],
  ];
  const lines = [
    ...header({ state, elapsed: state.seconds + since, left: left === undefined ? undefined : Math.max(0, left - since), columns, words }),
    tabs(view, views, columns, words),
    ...fill(
      ui.help
        ? scrolledHelp(helpLines({ view, views: views.length, keys: run, voters: votersOf(state), width: columns }), height, ui.scroll)
        : view.draw(body),
      height,
    ),
    ...(vote === undefined ? [] : [line(bold(vote))]),
    ...warnings.map(({ message }, i) => {
      const others = i === 0 && state.warnings.length > warnings.length ? ` (one of ${state.warnings.length} warnings)` : "";
      return line(span(`! ${message}${others}`, "warn"));
    }),
    ...stopped.map((text) => line(text)),
    ...(!hasFilter ? [] : [line(bold("/"), ui.filter, ui.typing ? bold("▏") : dim("  (escape: all)"))]),
    ...(props.replay ? [scrub(props.replay, state, columns, words)] : []),
    ...longNote.map((text) => line(bold(text, "warn"))),
    footer({ columns, note: longNote.length > 0 ? undefined : note, keys, last: ["q", watching ? "leave" : "save and quit"] }),
  ];
  return fill(lines, rows).map((own) => cut(own, columns));
}

/** What keys can select on this screen. */
export function contextOf(props: FrameProps): UiContext {
  const { state, ui, rows, columns, views = VIEWS } = props;
  const { view, body } = layout(props);
  return {
    views: views.map(({ name }) => name),
    members: membersLeft(state, ui).map(({ member }) => member),
    focus: memberInFocus(state)?.member ?? 0,
    page: Math.max(1, rows - HEADER - 3),
    scrolls: view.scrolls,
    most: ui.help
      ? helpLines({ view, views: views.length, keys: runKeys(props), voters: votersOf(state), width: columns }).length - body.height
      : (view.most?.(body) ?? 0),
  };
}

function tabs(shown: View, views: readonly View[], columns: number, words: boolean): Line {
  const at = views.indexOf(shown);
  if (words) return line(`view ${at + 1} of ${views.length}: ${shown.name}`);
  const keys = views.map((_, i) => viewKey(i));
  const all = views.reduce((sum, { name }, i) => sum + name.length + (keys[i]?.length ?? 0) + 2, 0);
  // If not all fit, the others are shown as numbers.
  return views.flatMap((view, i) => {
    const isShown = view === shown;
    const text = `${isShown ? "▸" : " "}${[keys[i], all <= columns || isShown ? view.name : ""].filter((part) => part !== "").join(" ")}`;
    return text.trim() === "" ? [] : [isShown ? span(text, "accent", { inverse: true, bold: true }) : span(text, "dim")];
  });
}

function runKeys({ state, watching, replay }: FrameProps): KeyWords[] {
  if (replay)
    return [
      ["space", replay.isPlaying ? "pause" : "play"],
      [", .", "seek"],
      ["< >", "speed"],
      ["q", "leave"],
    ];
  if (watching) return [["q", "close this view; training continues"]];
  return [
    ["p", state.control === "paused" ? "resume" : "pause"],
    ["s", "stop after epoch"],
    ["S", "stop after the running member"],
    ["a", "one more member, when the running one is done; again for another"],
    ["x", "end the member in training: the running epoch is its last. Of several: the chosen one"],
    ["[ ]", "learning rate of the member in training × 0.5, × 2. Of several: of the chosen one"],
    ["q", "save after the running batch and quit; resume any time"],
    ["ctrl-C again", "leave at once; work since the last checkpoint is redone"],
  ];
}

function scrub(
  { share, speed, isPlaying }: NonNullable<FrameProps["replay"]>,
  { seconds }: RunState,
  columns: number,
  words: boolean,
): Line {
  const text = ` ${clock(seconds)}  ×${speed >= 1 ? Math.round(speed) : speed.toFixed(2)} ${isPlaying ? "playing" : "paused"}`;
  const room = Math.max(4, columns - text.length - 4);
  const at = Math.round(share * room);
  if (words) return line(`replay at ${Math.round(100 * share)} %,${text}`);
  return line(bold(isPlaying ? "▶ " : "┃ "), span("━".repeat(at), "accent"), dim("─".repeat(Math.max(0, room - at))), text);
}
