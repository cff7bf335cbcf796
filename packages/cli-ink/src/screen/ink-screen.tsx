import type { RunEvent } from "@benn/core";
import { render, useInput, useStdin, useWindowSize } from "ink";
import { useState } from "react";
import { reduce, type RunState } from "../run/run-state.ts";
import { Dashboard } from "./dashboard.tsx";
import type { RunKeys, Screen } from "./screen.ts";

const FRAME_MILLISECONDS = 100;

export interface InkScreenOptions {
  readonly state: RunState;
  readonly keys: RunKeys;
  /** Looks at a run that another process trains, or that is over. */
  readonly watching: boolean;
  /** Whether the clock of the screen runs between events. */
  readonly live: boolean;
}

/** The live dashboard, on the terminal's alternate screen. */
export function inkScreen({ state: first, keys, watching, live }: InkScreenOptions): Screen {
  let state = first;
  let drawn: unknown;
  const view = () => {
    const ticking = live && state.at !== undefined && state.control !== "paused" && !state.end;
    const since = ticking ? Math.max(0, (Date.now() - (state.at ?? 0)) / 1000) : 0;
    return { state, since, note: keys.note(), key: `${Math.floor(state.seconds + since)} ${keys.note() ?? ""}` };
  };
  const element = ({ state, since, note }: ReturnType<typeof view>) => (
    <App state={state} since={since} note={note} keys={keys} watching={watching} />
  );
  const now = view();
  process.stdin.on("error", () => {}); // a terminal that goes away takes its keys along
  const app = render(element(now), {
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    maxFps: 10,
  });
  let drawnState = state;
  drawn = now.key;
  const timer = setInterval(() => {
    const next = view();
    if (state === drawnState && next.key === drawn) return;
    drawnState = state;
    drawn = next.key;
    app.rerender(element(next));
  }, FRAME_MILLISECONDS);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(timer);
    app.unmount();
    await app.waitUntilExit();
  };
  return {
    show(event: RunEvent) {
      state = reduce(state, event);
    },
    close: () => (closed ??= close()),
  };
}

interface AppProps {
  readonly state: RunState;
  readonly since: number;
  readonly note: string | undefined;
  readonly keys: RunKeys;
  readonly watching: boolean;
}

/** The dashboard with its keys. */
export function App({ state, since, note, keys, watching }: AppProps) {
  const { columns, rows } = useWindowSize();
  const [view, setView] = useState(0);
  const [metric, setMetric] = useState(0);
  const [help, setHelp] = useState(false);
  useInput(
    (input, key) => {
      if (key.ctrl && input === "c") keys.interrupt();
      else if (key.tab) setView((was) => was + 1);
      else if (input === "m") setMetric((was) => was + 1);
      else if (input === "h" || input === "?") setHelp((was) => !was);
      else if (key.escape) setHelp(false);
      else if (input === "q") keys.quit();
      else if (input === "p") keys.pause?.();
      else if (input === "s") keys.stopAfterEpoch?.();
    },
    { isActive: useStdin().isRawModeSupported },
  );
  return <Dashboard {...{ state, columns, rows, since, view, metric, help, note, watching }} />;
}
