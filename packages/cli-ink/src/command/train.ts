import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { RunEvent } from "@benn/core";
import type { Steering } from "@benn/core/node";
import { UserError } from "@benn/core/messages";
import { announcedNote, announcement, timeSentence } from "../run/announcement.ts";
import { addToLog, type LogEntry } from "../run/event-log.ts";
import { inTraining, initialState, reduce, resumed, type RunState } from "../run/run-state.ts";
import { memberToSteer } from "../run/steering-words.ts";
import { summary } from "../run/summary.ts";
import { startTraining } from "../run/training-thread.ts";
import { wrap } from "../run/wrap.ts";
import { listWidth } from "../run/wrapped-table.ts";
import type { Screen } from "../screen/screen.ts";
import { type PluginView, ViewHost } from "../screen/view-host.ts";
import { chooseUi } from "./choose-ui.ts";
import { commandName, quoted } from "./command-name.ts";
import { EXIT, exitCodeOf, type StopSignal } from "./exit-codes.ts";
import { Exit } from "./failure.ts";
import { screenOpener } from "./open-screen.ts";
import { onOutputLoss, type OutputLoss } from "./output-loss.ts";
import { isPluginFile } from "./plugin-file.ts";
import { queuePlace } from "./queue-place.ts";
import { print, printLines, say } from "./print.ts";
import { onStopSignal } from "./stop-signals.ts";
import { configRequest, type TrainOptions } from "./train-options.ts";

/** How long the dashboard shows the announcement of a run. */
const NEWS_MILLISECONDS = 60_000;
/** Words for requests that have not taken effect yet. */
const ASKED = {
  stop: "stopping after this batch, saving",
  "stop-after-epoch": "stopping after this epoch",
  "stop-after-member": "stopping after this member",
} as const;

/** Events after which a request has taken effect, or no longer can. */
const OVER: ReadonlySet<RunEvent["type"]> = new Set(["steer", "profile", "member-end", "control"]);
/** Needs TensorFlow.js: called only for runs whose plugins have views. */
async function loadViews(folder: string, plugins: readonly string[]): Promise<readonly PluginView[]> {
  const { pluginViews } = await import("./plugin-views.ts");
  return await pluginViews(folder, plugins, process.cwd());
}

/** Number of steps in a profile: enough for a mean. */
const PROFILED_STEPS = 5;

/** `benn train` */
export async function train(options: TrainOptions): Promise<void> {
  const cwd = process.cwd();
  const request = configRequest(options);
  if (options.dryRun) {
    const { dryRun } = await import("./dry-run.ts");
    return await dryRun(request, cwd, options);
  }
  if (options.prepare || options.member !== undefined || options.into !== undefined) {
    const { prepareRun, trainMemberApart } = await import("./train-apart.ts");
    return await (options.prepare ? prepareRun(options) : trainMemberApart(options));
  }
  const ui = chooseUi(options.json ? "json" : options.ui);
  const openScreen = await screenOpener(ui, options);
  // A resumed run is shown from its beginning: the state folds its log before training resumes.
  const host = new ViewHost();
  const past =
    options.resume === undefined ? { state: initialState, log: [] } : await replay(options.resume, ui === "ink" ? host : undefined);
  const { log } = past;
  let state = options.resume === undefined ? past.state : resumed(past.state);
  let folder = options.resume;
  /** The `--plugin` options that `--resume` needs besides the folder. */
  let plugins: readonly string[] = [];
  let opened = false;
  let screen: Screen | undefined;
  let isShown = true;
  let hasEvents = false;
  let asked: keyof typeof ASKED | undefined;
  /** The pending request to the member in training, in words. */
  let steered: string | undefined;
  /**
   * Exit code of a stopped run, from what stopped it first. A signal takes precedence over a reader that exited, which may be its effect.
   */
  let exitCode: number | undefined;
  let interrupted = false;
  const noise: string[] = [];
  const thread = startTraining(
    {
      config: request,
      cwd,
      ...(options.out === undefined ? {} : { out: options.out }),
      ...(options.resume === undefined ? {} : { resume: options.resume }),
      ...(options.takeOver === undefined ? {} : { takeOver: options.takeOver }),
      ...(options.on === undefined ? {} : { queue: queuePlace(options.on, options) }),
    },
    {
      onEvent(event) {
        hasEvents = true;
        if (isShown) screen ??= open();
        state = reduce(state, event);
        if (OVER.has(event.type)) steered = undefined;
        if (isShown) screen?.show(event);
        announce(event);
      },
      onPhase(what) {
        if (ui !== "ink" || opened) return; // in a log, a line for a phase of a second would be noise
        const event: RunEvent = { type: "progress", what, done: 0, total: 0, clock: { at: Date.now() } };
        state = reduce(state, event);
        screen?.show(event);
      },
      onFolder(path, files, hasViews) {
        folder = path;
        host.load(
          ui === "ink" && hasViews ? loadViews(path, [...(options.plugin ?? []), ...files.filter(isPluginFile)]) : Promise.resolve([]),
        );
        plugins = files;
        opened = true;
      },
      onNoise: (text) => (ui === "ink" ? noise.push(text) : process.stderr.write(text)),
    },
  );
  /** When the run started here: its announcement is shown for a while. */
  let beganAt: number | undefined;
  let isTimeSaid = false;
  const announce = (event: RunEvent): void => {
    if (options.resume !== undefined) return;
    if (event.type === "run-start") beganAt = event.clock.at;
    if (ui !== "plain" || !isShown || beganAt === undefined) return;
    if (event.type === "run-start") printLines(announcement(state, resumeCommand(folder ?? "RUN", plugins)));
    if (event.type !== "step" || isTimeSaid) return;
    const isBare = request.file === undefined && request.preset === undefined && request.settings.length === 0;
    const sentence = timeSentence(state, { isBare, demo: `${commandName()} train --preset demo` });
    if (sentence === undefined) return;
    isTimeSaid = true;
    printLines([sentence]);
  };
  const news = (): string | undefined =>
    beganAt !== undefined && Date.now() - beganAt < NEWS_MILLISECONDS ? announcedNote(state) : undefined;
  const leave = async (code: number): Promise<void> => {
    await screen?.close();
    const next = folder === undefined ? "" : ` Resume from the last checkpoint with\n  ${resumeCommand(folder, plugins)}`;
    say(`Left at once.${next}\n`);
    process.exit(code);
  };
  const stop = (code: number): void => {
    if (exitCode === undefined || exitCode === EXIT.readerLeft) exitCode = code;
    if (asked === "stop") return;
    asked = "stop";
    thread.ask("stop");
  };
  const hasBegun = (): boolean => opened || hasEvents || !isShown;
  const interrupt = (): void => {
    if (interrupted || !hasBegun()) return void leave(exitCodeOf("SIGINT"));
    interrupted = true;
    stop(exitCodeOf("SIGINT"));
    if (ui !== "ink" || !isShown) say("Stopping after this batch and saving; Ctrl-C again leaves at once.\n");
  };
  // Hang-ups arrive twice, from the shell and from the system, and batch systems repeat their signals: only a second Ctrl-C leaves at once.
  const onSignal = (signal: StopSignal): void => {
    if (signal === "SIGINT") return interrupt();
    if (!hasBegun()) return void leave(exitCodeOf(signal));
    const isFirst = asked !== "stop";
    stop(exitCodeOf(signal));
    if (isFirst && (ui !== "ink" || !isShown)) say(`${signal}: stopping after this batch and saving.\n`);
  };
  // Losing the screen must not lose the run.
  const onLoss = ({ stream, kind, message }: OutputLoss): void => {
    if (stream === "stderr") return;
    isShown = false;
    screen?.close().catch(() => {}); // it is gone anyway
    screen = undefined;
    if (kind === "reader") {
      say("Nothing reads standard output any more: stopping after this batch and saving.\n");
      stop(EXIT.readerLeft);
    } else
      say(
        kind === "terminal"
          ? "The terminal is gone; training continues without a screen.\n"
          : `${message} Training continues without a screen.\n`,
      );
  };
  const ask = (what: "stop-after-epoch" | "stop-after-member"): void => {
    asked ??= what;
    thread.ask(what);
  };
  const steer = (steering: Steering, chosen: number | undefined): void => {
    const to = memberToSteer(state, steering, chosen);
    steered = "refused" in to ? to.refused : to.words;
    if (!("refused" in to)) thread.ask({ what: "steer", steering, member: to.member });
  };
  const open = (): Screen =>
    openScreen({
      state,
      log,
      watching: false,
      live: true,
      host,
      place: () =>
        opened && folder !== undefined
          ? { folder, plugins: [...new Set([...plugins, ...(options.plugin ?? [])])], data: options.data }
          : undefined,
      keys: {
        pause: () => thread.ask(state.control === "paused" ? "resume" : "pause"),
        stopAfterEpoch: () => ask("stop-after-epoch"),
        stopAfterMember: () => ask("stop-after-member"),
        addMember: () => thread.ask({ what: "add-members", count: 1 }),
        steer,
        profile(chosen) {
          const running = inTraining(state).map(({ member }) => member);
          if (running.length === 0) return;
          steered = `timing the kernels of ${PROFILED_STEPS} steps`;
          thread.ask({ what: "profile", steps: PROFILED_STEPS, member: running.find((member) => member === chosen) });
        },
        quit() {
          interrupted = true;
          stop(exitCodeOf("SIGINT"));
        },
        interrupt,
        note: () => (asked === undefined ? (steered ?? news()) : ASKED[asked]),
      },
    });
  const signals = onStopSignal(onSignal);
  const output = onOutputLoss(onLoss);
  // Before the first event: loading takes seconds, and an empty terminal is no feedback.
  if (ui === "ink" && isShown) screen = open();

  try {
    const result = await thread.finished;
    await screen?.close();
    if (!result) {
      say("Stopped before training began; nothing was written.\n");
      throw new Exit(exitCode ?? exitCodeOf("SIGINT"));
    }
    if (ui !== "json" && isShown) print(farewell(state, result.folder, { plugins }));
    if (result.reason === "interrupted") {
      if (ui === "json" || !isShown) say(`Interrupted and saved. Resume with ${resumeCommand(result.folder, plugins)}\n`);
      throw new Exit(exitCode ?? exitCodeOf("SIGINT"));
    }
  } catch (error) {
    await screen?.close();
    throw opened && folder !== undefined ? withHint(error, folder, plugins) : error;
  } finally {
    await thread.kill();
    process.stderr.write(noise.join(""));
    signals();
    output();
  }
}

async function replay(
  folder: string,
  host: ViewHost | undefined,
): Promise<{ readonly state: RunState; readonly log: readonly LogEntry[] }> {
  const { followEvents } = await import("@benn/core/node"); // loads TensorFlow.js, which a new run needs only in its own thread
  let state = initialState;
  let log: readonly LogEntry[] = [];
  for await (const event of followEvents(folder, { follow: false })) {
    host?.show(event);
    state = reduce(state, event);
    log = addToLog(log, event, state);
  }
  return { state, log };
}

/** The final output: tables, where the run is, and what to type next. */
export function farewell(
  state: RunState,
  folder: string,
  { plugins = [], columns = listWidth() }: { plugins?: readonly string[]; columns?: number } = {},
): string {
  const benn = commandName();
  const interrupted = state.end?.reason === "interrupted";
  const next = [
    ...(interrupted ? [[resumeCommand(folder, plugins), "resume"] as const] : []),
    ...(state.staged.length > 0
      ? [[`${benn} eval ${quoted(folder)}${pluginOptions(plugins)}`, "evaluate its members and votes"] as const]
      : []),
    ...(state.staged.length > 0 && !interrupted
      ? [[`${benn} export ${quoted(folder)}${pluginOptions(plugins)}`, "pack it into one file"] as const]
      : []),
    [`${benn} watch ${quoted(folder)}`, "replay"] as const,
  ];
  const width = Math.max(...next.map(([command]) => command.length));
  const tables = summary(state);
  const lines = [
    ...(tables.length > 0 ? [...tables, ""] : []),
    `${interrupted ? "Interrupted and saved" : "The run is"} in ${folder}`,
    "",
    ...next.map(([command, does]) => `  ${command.padEnd(width)}  ${does}`),
  ];
  return `\n${lines.flatMap((line) => wrap(line, columns)).join("\n")}\n`;
}

function resumeCommand(folder: string, plugins: readonly string[]): string {
  return `${commandName()} train --resume ${quoted(folder)}${pluginOptions(plugins)}`;
}

/** A plugin file is loaded only if it is named, in every command. */
function pluginOptions(plugins: readonly string[]): string {
  return plugins
    .filter(isPluginFile)
    .map((file) => {
      const below = relative(process.cwd(), resolve(file));
      return ` --plugin ${quoted(below.startsWith("..") ? file : `./${below}`)}`;
    })
    .join("");
}

/**
 * An error during training leaves a run behind. A mistake would only occur again; after a fault, such as a full disk, the run can be
 * resumed.
 */
function withHint(error: unknown, folder: string, plugins: readonly string[]): unknown {
  if (!(error instanceof Error) || error instanceof Exit || !existsSync(folder)) return error;
  const said = (error.message.trim().split("\n")[0] ?? "").replace(/[^.?!]$/, "$&.");
  error.message =
    error instanceof UserError
      ? `${said} The run so far is in ${folder}.`
      : `${said} "${resumeCommand(folder, plugins)}" resumes from the last checkpoint.`;
  return error;
}
