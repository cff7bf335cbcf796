import type { RunEvent } from "@benn/core";
import { render } from "ink";
import { type InsightPlace, insightSource } from "../insight/insight-source.ts";
import { addToLog, type LogEntry } from "../run/event-log.ts";
import { initialState, reduce, type RunState } from "../run/run-state.ts";
import { App } from "./app.tsx";
import { FrameBudget } from "./frame-budget.ts";
import type { Line } from "./line.ts";
import type { Looks } from "./looks.ts";
import { passing } from "./passing.ts";
import { PictureLayer } from "./picture-layer.ts";
import type { RunKeys, Screen } from "./screen.ts";
import { systemSampler, type SystemSample } from "./system-samples.ts";
import { terminalOutput } from "./terminal-output.ts";
import { terminalStatus } from "./terminal-status.ts";
import { ViewHost } from "./view-host.ts";
import { initialUi } from "./ui-state.ts";
import { viewNamed } from "./views.ts";

const FRAME_MILLISECONDS = 100;
const SAMPLE_MILLISECONDS = 1000;

export interface InkScreenOptions {
  readonly state: RunState;
  /** Lines of the log so far. */
  readonly log?: readonly LogEntry[];
  readonly keys: RunKeys;
  readonly looks: Looks;
  /** Whether the run is trained by another process, or has ended. */
  readonly watching: boolean;
  /** Whether the screen's clock runs between events. */
  readonly live: boolean;
  /** Holds the views of plugins; it receives the events that the screen shows. */
  readonly host?: ViewHost;
  /** Where the run is, once its folder exists. */
  place(): InsightPlace | undefined;
}

/** The live dashboard, on the terminal's alternate screen. */
export function inkScreen({
  state: first,
  log: firstLog = [],
  keys,
  looks,
  watching,
  live,
  host = new ViewHost(),
  place,
}: InkScreenOptions): Screen {
  let state = first;
  let log = firstLog;
  let ui = initialUi;
  let system: readonly SystemSample[] = [];
  const insight = insightSource(place);
  const sample = systemSampler();
  const view = () => {
    const ticking = live && state.at !== undefined && state.control !== "paused" && !state.end;
    const since = ticking ? Math.max(0, (Date.now() - (state.at ?? 0)) / 1000) : 0;
    const position = keys.replay?.position();
    const replay = position ? `${position.share.toFixed(3)} ${position.speed} ${position.isPlaying}` : "";
    const seen = viewNamed(ui.view).name === "system" ? system : undefined;
    return {
      state,
      since,
      insight: insight.state,
      seen,
      views: host.views.length,
      key: `${Math.floor(state.seconds + since)} ${keys.note() ?? ""} ${replay}`,
    };
  };
  const element = ({ since }: ReturnType<typeof view>) => (
    <App
      {...{ state, log, since, keys, watching, live, system, ...looks }}
      views={host.views}
      {...(layer ? { onLines: (lines: readonly Line[]) => layer.place(lines) } : {})}
      insight={insight.state}
      note={keys.note()}
      onUi={(next) => {
        ui = next;
        look();
      }}
    />
  );
  /** Requests what the current view needs. */
  const look = (): void => {
    const { needs } = viewNamed(ui.view);
    if (needs) insight.want(needs, state.members.filter(({ status }) => status === "done" || status === "rejected").length);
  };
  process.stdin.on("error", () => {}); // reading keys fails when the terminal goes away
  const output = terminalOutput();
  const layer = looks.pictures && new PictureLayer(looks.pictures, (text) => void output.stream.write(text));
  const onResize = (): void => layer?.redraw();
  output.stream.on("resize", onResize);
  const status = terminalStatus((text) => void output.stream.write(text));
  const budget = new FrameBudget();
  let drawn = view();
  const app = render(element(drawn), {
    stdout: layer ? passing(output.stream, layer.pass) : output.stream,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    maxFps: 10,
  });
  const timer = setInterval(() => {
    // A slow terminal gets the newest frame once it has caught up, and none of those in between.
    if (output.isBehind() || !budget.allows()) return;
    const next = view();
    const isSame = (["state", "insight", "seen", "views", "key"] as const).every((key) => next[key] === drawn[key]);
    if (isSame) return;
    drawn = next;
    budget.begin();
    look();
    status.show(state);
    app.rerender(element(next));
  }, FRAME_MILLISECONDS);
  const sampling = setInterval(() => (system = sample(system)), SAMPLE_MILLISECONDS).unref();
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(timer);
    clearInterval(sampling);
    status.close();
    output.stream.off("resize", onResize);
    layer?.close();
    app.unmount();
    await app.waitUntilExit();
    await insight.close();
    await output.drain();
  };
  return {
    show(event: RunEvent) {
      const wasOver = state.end !== undefined;
      host.show(event);
      state = reduce(state, event);
      log = addToLog(log, event, state);
      if (live && !wasOver && state.end) status.ring();
    },
    jump(events) {
      host.jump(events);
      state = initialState;
      log = [];
      for (const event of events) {
        state = reduce(state, event);
        log = addToLog(log, event, state);
      }
    },
    close: () => (closed ??= close()),
  };
}
