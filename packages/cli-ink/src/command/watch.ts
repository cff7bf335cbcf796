import type { RunEvent } from "@benn/core";
import { UserError } from "@benn/core";
import { followEvents, isTraining } from "@benn/core/node";
import { initialState, reduce, type RunState } from "../run/run-state.ts";
import type { Screen } from "../screen/screen.ts";
import { ViewHost } from "../screen/view-host.ts";
import { chooseUi, type Ui } from "./choose-ui.ts";
import { commandName, quoted } from "./command-name.ts";
import { exitCodeOf, type StopSignal } from "./exit-codes.ts";
import { Exit } from "./failure.ts";
import { type ScreenLooks, screenOpener } from "./open-screen.ts";
import { print } from "./print.ts";
import { pluginViews } from "./plugin-views.ts";
import { onStopSignal } from "./stop-signals.ts";
import { farewell } from "./train.ts";
import { watchReplay } from "./watch-replay.ts";

const LOOK_MILLISECONDS = 1000;
/** A replay does not wait through pauses of the training. */
const LONGEST_GAP_MILLISECONDS = 30_000;

export interface WatchOptions extends ScreenLooks {
  readonly ui: Ui | "auto";
  readonly speed?: number;
  readonly data?: string;
  readonly plugin?: readonly string[];
}

/** `benn watch` */
export async function watch(folders: readonly string[], options: WatchOptions): Promise<void> {
  const { ui: asked, speed, data, plugin: plugins = [], ...looks } = options;
  const [folder = "", ...others] = folders;
  if (speed !== undefined && !(speed > 0)) throw new UserError(`--speed: is not a number above 0. Write for example --speed 20.`);
  const ui = chooseUi(asked);
  if (others.length > 0) {
    const { compareRuns } = await import("./compare-runs.ts");
    return await compareRuns(folders, { ui, ...looks });
  }
  const live = await isTraining(folder);
  if (ui === "ink" && (!live || speed !== undefined)) return await replayOnScreen(folder, { ...options, plugin: plugins });
  const openScreen = await screenOpener(ui, looks);
  const end = new AbortController();
  const left = Promise.withResolvers<void>();
  let quit = false;
  let exitCode = 0;
  const leave = (signal?: StopSignal): void => {
    if (signal) exitCode = exitCodeOf(signal);
    quit = true;
    end.abort();
    left.resolve();
  };
  let training = live;
  let state = initialState;
  let screen: Screen | undefined;
  const host = new ViewHost();
  if (ui === "ink") host.load(pluginViews(folder, plugins, process.cwd()));
  const open = (): Screen =>
    openScreen({
      state,
      watching: true,
      live: live && speed === undefined,
      host,
      place: () => ({ folder, plugins, data }),
      keys: {
        quit: () => leave(),
        interrupt: () => leave("SIGINT"),
        note: () => (training ? undefined : resumeNote(state, folder)),
      },
    });
  const signals = onStopSignal(leave);
  // A process that dies writes no end event; nothing more will follow then.
  const look = async (): Promise<void> => {
    training &&= await isTraining(folder);
    if (live && !training) setTimeout(() => end.abort(), LOOK_MILLISECONDS); // the last lines are still read
  };
  const looking = setInterval(() => void look(), LOOK_MILLISECONDS);
  try {
    let last: number | undefined;
    const events = followEvents(folder, { follow: live, signal: end.signal });
    for await (const event of live || speed === undefined ? events : inOrderOfTime(events)) {
      if (speed !== undefined) await wait(gap(last, event) / speed, left.promise);
      if (quit) break;
      last = event.clock.at;
      screen ??= open();
      state = reduce(state, event);
      screen.show(event);
    }
    if (!state.start && exitCode !== 0) throw new Exit(exitCode);
    if (!state.start) throw noEvents(folder);
    if (ui === "ink") await left.promise; // the dashboard stays until a key is pressed
    await screen?.close();
    if (ui !== "json") print(farewell(state, folder));
    if (exitCode !== 0) throw new Exit(exitCode);
  } finally {
    clearInterval(looking);
    await screen?.close();
    signals();
  }
}

/** A run that is not being trained, with a scrubber, until a key is pressed. */
async function replayOnScreen(folder: string, { speed, data, plugin: plugins = [], ...looks }: WatchOptions): Promise<void> {
  const events: RunEvent[] = [];
  for await (const event of followEvents(folder, { follow: false })) events.push(event);
  const replay = watchReplay(events, speed);
  if (!replay.end.start) throw noEvents(folder);
  const openScreen = await screenOpener("ink", looks);
  const left = Promise.withResolvers<number>();
  const host = new ViewHost();
  host.load(pluginViews(folder, plugins, process.cwd()));
  const signals = onStopSignal((signal) => left.resolve(exitCodeOf(signal)));
  const screen = openScreen({
    state: initialState,
    watching: true,
    live: false,
    host,
    place: () => ({ folder, plugins, data }),
    keys: {
      quit: () => left.resolve(0),
      interrupt: () => left.resolve(exitCodeOf("SIGINT")),
      note: () => resumeNote(replay.end, folder),
      replay: replay.keys,
    },
  });
  const stop = replay.start(screen);
  try {
    const exitCode = await left.promise;
    await screen.close();
    print(farewell(replay.end, folder));
    if (exitCode !== 0) throw new Exit(exitCode);
  } finally {
    stop();
    await screen.close();
    signals();
  }
}

/** What to do with a run that did not reach its end. */
function resumeNote({ end }: RunState, folder: string): string | undefined {
  if (end && end.reason !== "interrupted") return undefined;
  return `interrupted: ${commandName()} train --resume ${quoted(folder)}`;
}

function noEvents(folder: string): UserError {
  return new UserError(`run folder ${folder}: has no events yet. Look again when training has begun.`);
}

/** Members that were trained in parallel are one after the other in the log. */
async function* inOrderOfTime(events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  yield* all.toSorted((a, b) => a.clock.at - b.clock.at);
}

function gap(last: number | undefined, { clock }: RunEvent): number {
  return last === undefined ? 0 : Math.min(LONGEST_GAP_MILLISECONDS, Math.max(0, clock.at - last));
}

async function wait(milliseconds: number, cut: Promise<void>): Promise<void> {
  if (milliseconds < 1) return;
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([cut, new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))]);
  clearTimeout(timer);
}
