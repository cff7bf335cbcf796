// docs/views: every view of the dashboard at two sizes, from stored events of demo runs. They depend on files alone, so that a test can
// compare the files.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunEvent } from "@benn/core";
import type { VoteInsight, WeightInsight } from "../packages/cli-ink/src/insight/insight.ts";
import { addToLog, type LogEntry } from "../packages/cli-ink/src/run/event-log.ts";
import { initialState, reduce } from "../packages/cli-ink/src/run/run-state.ts";
import { frame } from "../packages/cli-ink/src/screen/frame.ts";
import type { SystemSample } from "../packages/cli-ink/src/screen/system-samples.ts";
import { chooseTheme } from "../packages/cli-ink/src/screen/theme.ts";
import { initialUi } from "../packages/cli-ink/src/screen/ui-state.ts";
import { VIEWS } from "../packages/cli-ink/src/screen/views.ts";
import { still } from "./terminal-svg.ts";

/** In cells: the smallest common terminal, and a window of half a screen. */
export const SIZES = [
  [80, 24],
  [120, 40],
] as const;

const kept = join(dirname(import.meta.dirname), "packages", "cli-ink", "fixtures", "dashboard");

/** Pictures by file name. The terminal of the picture draws images itself. */
export function viewPictures(): ReadonlyMap<string, string> {
  const events = readFileSync(join(kept, "events.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent)
    .toSorted((a, b) => a.clock.at - b.clock.at);
  const votes = JSON.parse(readFileSync(join(kept, "votes.json"), "utf8")) as VoteInsight;
  const weights = JSON.parse(readFileSync(join(kept, "weights.json"), "utf8"), (key, value: unknown) =>
    key === "rgb" ? Uint8Array.from(Buffer.from(value as string, "base64")) : value,
  ) as WeightInsight;
  const { profile, samples } = JSON.parse(readFileSync(join(kept, "system.json"), "utf8")) as {
    readonly profile: RunEvent;
    readonly samples: readonly SystemSample[];
  };
  // The last member is in training: a finished run would have no time left.
  const last = events.findLastIndex((event) => event.type === "epoch");
  let state = initialState;
  let log: readonly LogEntry[] = [];
  for (const event of [...events.slice(0, last - 2), { ...profile, clock: events[last - 2]!.clock }]) {
    state = reduce(state, event);
    log = addToLog(log, event, state);
  }
  const options = { title: "benn train", dark: chooseTheme("dark", undefined), light: chooseTheme("light", undefined) };
  return new Map(
    VIEWS.flatMap(({ name, about }) =>
      SIZES.map(([columns, rows]): [string, string] => {
        const lines = frame({
          state,
          ui: { ...initialUi, view: name },
          columns,
          rows,
          since: 0,
          watching: false,
          log: log.map((entry) => ({ ...entry, at: entry.at + 60_000 * new Date(entry.at).getTimezoneOffset() })),
          insight: { votes: { found: votes }, weights: { found: weights } },
          system: samples,
          pictures: true,
        });
        return [
          `${name}-${columns}x${rows}.svg`,
          still(lines, { ...options, columns, rows, label: `The view ${name} of the dashboard: ${about}` }),
        ];
      }),
    ),
  );
}
