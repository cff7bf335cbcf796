import type { RunState } from "../run/run-state.ts";
import { inkScreen } from "../screen/ink-screen.tsx";
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

/** The screen of that kind, on standard output. */
export function openScreen(ui: Ui, options: ScreenOptions): Screen {
  const write = (text: string): void => void process.stdout.write(text);
  if (ui === "ink") return inkScreen(options);
  return ui === "json" ? jsonScreen(write) : plainScreen(write, options.state);
}
