import type { InsightPlace } from "../insight/insight-source.ts";
import type { LogEntry } from "../run/event-log.ts";
import type { RunState } from "../run/run-state.ts";
import { jsonScreen } from "../screen/json-screen.ts";
import type { AskedLooks } from "../screen/looks.ts";
import { plainScreen } from "../screen/plain-screen.ts";
import type { RunKeys, Screen } from "../screen/screen.ts";
import { listWidth } from "../run/wrapped-table.ts";
import type { ViewHost } from "../screen/view-host.ts";
import type { Ui } from "./choose-ui.ts";

export interface ScreenOptions {
  /** The state before the first event that is shown. */
  readonly state: RunState;
  readonly log?: readonly LogEntry[];
  readonly keys: RunKeys;
  readonly watching: boolean;
  readonly live: boolean;
  /** Views of plugins. */
  readonly host?: ViewHost;
  /** Where the run is, once its folder exists. */
  place(): InsightPlace | undefined;
}

export interface ScreenLooks extends AskedLooks {
  /** Whether plain lines begin with the time. */
  readonly timestamps?: boolean | undefined;
}

/** Returns a function that opens this kind of screen on standard output. Ink is loaded only for the dashboard. */
export async function screenOpener(ui: Ui, { timestamps, ...asked }: ScreenLooks): Promise<(options: ScreenOptions) => Screen> {
  const write = (text: string): void => void process.stdout.write(text);
  const columns = (): number | undefined => (process.stdout.isTTY ? listWidth() : undefined);
  if (ui === "json") return () => jsonScreen(write);
  if (ui === "plain") return (options) => plainScreen(write, { ...options, ...(timestamps ? { timestamps } : {}), columns });
  const { chooseLooks } = await import("../screen/looks.ts");
  const looks = await chooseLooks(asked);
  const { inkScreen } = await import("../screen/ink-screen.tsx");
  return (options) => inkScreen({ ...options, looks });
}
