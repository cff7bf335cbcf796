// docs/dashboard.svg as text, from the stored events and votes of a demo run. It depends on files alone, so that a test can compare the
// file with it.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunEvent } from "@benn/core";
import type { VoteInsight } from "../packages/cli-ink/src/insight/insight.ts";
import { initialState, reduce, type RunState } from "../packages/cli-ink/src/run/run-state.ts";
import { frame } from "../packages/cli-ink/src/screen/frame.ts";
import type { Line } from "../packages/cli-ink/src/screen/line.ts";
import { chooseTheme } from "../packages/cli-ink/src/screen/theme.ts";
import { initialUi, type UiState } from "../packages/cli-ink/src/screen/ui-state.ts";
import { animate } from "./terminal-svg.ts";

const COLUMNS = 100;
const ROWS = 26;
/** Of the overview, over the run. */
const FRAMES = 13;
/** Number of frames of each other view. */
const STAYS = 5;

const root = dirname(import.meta.dirname);
const kept = join(root, "packages", "cli-ink", "fixtures", "dashboard");

/** @param log file of events, one per line @param votes of that run, if it has any */
export function dashboardPicture(log: string = join(kept, "events.jsonl"), votes: string | undefined = join(kept, "votes.json")): string {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line) as RunEvent).toSorted((a, b) => a.clock.at - b.clock.at);
  const states: RunState[] = [];
  for (const event of events) states.push(reduce(states.at(-1) ?? initialState, event));
  const end = states.at(-1) ?? initialState;
  const found = votes === undefined ? undefined : (JSON.parse(readFileSync(votes, "utf8")) as VoteInsight);
  const draw = (state: RunState, ui: Partial<UiState> = {}): readonly Line[] =>
    frame({
      state,
      ui: { ...initialUi, ...ui },
      columns: COLUMNS,
      rows: ROWS,
      since: 0,
      watching: false,
      ...(found ? { insight: { votes: { found } } } : {}),
    });
  const moments = Array.from(
    { length: FRAMES },
    (_, i) => states.findLast(({ seconds }) => seconds <= (end.seconds * (i + 1)) / FRAMES) ?? initialState,
  );
  const views = ["curves", "ensemble", "classes", "bits"].flatMap((view) => Array.from({ length: STAYS }, () => draw(end, { view })));
  const frames = [...moments.map((state) => draw(state)), ...views, draw(end)];
  return animate(frames, {
    columns: COLUMNS,
    rows: ROWS,
    secondsPerFrame: 0.5,
    secondsAtEnd: 4,
    title: "benn train",
    theme: chooseTheme("dark", undefined),
  });
}
