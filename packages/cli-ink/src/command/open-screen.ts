import type { RunState } from "../run/run-state.ts";
import { jsonScreen } from "../screen/json-screen.ts";
import { plainScreen } from "../screen/plain-screen.ts";
import type { RunKeys, Screen } from "../screen/screen.ts";
import type { Ui } from "./choose-ui.ts";

export interface ScreenOptions {
  /** What is known before the first event that is shown. */
  readonly state: RunState;
  readonly keys: RunKeys;
  readonly watching: boolean;
  readonly live: boolean;
}

/** How to open the screen of that kind on standard output. Ink is only loaded for the dashboard. */
export async function screenOpener(ui: Ui): Promise<(options: ScreenOptions) => Screen> {
  const write = (text: string): void => void process.stdout.write(text);
  if (ui === "ink") return (await import("../screen/ink-screen.tsx")).inkScreen;
  return ui === "json" ? () => jsonScreen(write) : ({ state }) => plainScreen(write, state);
}
