import { Exit } from "./failure.ts";
import { UserError } from "@benn/core";
import { followEvents } from "@benn/core/node";
import { initialState, reduce, resumed, type RunState } from "../run/run-state.ts";
import { summary } from "../run/summary.ts";
import type { ControlMessage } from "../run/thread-messages.ts";
import { startTraining } from "../run/training-thread.ts";
import { wrap } from "../run/wrap.ts";
import type { Screen } from "../screen/screen.ts";
import { chooseUi, type Ui } from "./choose-ui.ts";
import { commandName, quoted } from "./command-name.ts";
import type { ConfigRequest } from "./configure.ts";
import { screenOpener } from "./open-screen.ts";

export interface TrainOptions {
  readonly file?: string;
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly plugin?: readonly string[];
  readonly data?: string;
  readonly backend?: string;
  readonly parallel?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly ui: Ui | "auto";
  readonly dryRun?: boolean;
}

const print = (text: string): void => void process.stdout.write(text);
const say = (text: string): void => void process.stderr.write(text);

/** `benn train` */
export async function train(options: TrainOptions): Promise<void> {
  const cwd = process.cwd();
  const request = configRequest(options);
  if (options.dryRun) {
    const { dryRun } = await import("./dry-run.ts");
    return await dryRun(request, cwd);
  }
  const ui = chooseUi(options.ui);
  const openScreen = await screenOpener(ui);
  // A resumed run is shown from its beginning: the state folds its log before training goes on.
  let state = options.resume === undefined ? initialState : resumed(await replay(options.resume));
  let folder = options.resume;
  let opened = false;
  let screen: Screen | undefined;
  let asked: ControlMessage | undefined;
  const noise: string[] = [];
  const thread = startTraining(
    {
      config: request,
      cwd,
      ...(options.out === undefined ? {} : { out: options.out }),
      ...(options.resume === undefined ? {} : { resume: options.resume }),
    },
    {
      onEvent(event) {
        screen ??= open();
        state = reduce(state, event);
        screen.show(event);
      },
      onFolder(path) {
        folder = path;
        opened = true;
      },
      onNoise: (text) => (ui === "ink" ? noise.push(text) : say(text)),
    },
  );
  const leave = async (): Promise<void> => {
    await screen?.close();
    say(`Left at once.${folder === undefined ? "" : ` Go on from the last checkpoint with\n  ${resumeCommand(folder)}\n`}`);
    process.exit(130);
  };
  const stop = (): void => {
    asked = "stop";
    thread.ask("stop");
  };
  const interrupt = (): void => {
    if (asked === "stop" || !screen) return void leave();
    stop();
    if (ui !== "ink") say("Stopping after this batch and saving; Ctrl-C again leaves at once.\n");
  };
  const open = (): Screen =>
    openScreen({
      state,
      watching: false,
      live: true,
      keys: {
        pause: () => thread.ask(state.control === "paused" ? "resume" : "pause"),
        stopAfterEpoch() {
          asked ??= "stop-after-epoch";
          thread.ask("stop-after-epoch");
        },
        quit: stop,
        interrupt,
        note: () =>
          asked === "stop" ? "stopping after this batch, saving" : asked === "stop-after-epoch" ? "stopping after this epoch" : undefined,
      },
    });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);

  try {
    const result = await thread.finished;
    await screen?.close();
    if (!result) {
      say("Stopped before training began; nothing was written.\n");
      throw new Exit(130);
    }
    if (ui !== "json") print(farewell(state, result.folder));
    if (result.reason === "interrupted") {
      if (ui === "json") say(`Interrupted and saved. Go on with ${resumeCommand(result.folder)}\n`);
      throw new Exit(130);
    }
  } catch (error) {
    await screen?.close();
    throw opened && folder !== undefined ? withHint(error, folder) : error;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, interrupt);
    await thread.kill();
    say(noise.join(""));
  }
}

function configRequest({ file, preset, set, plugin, data, backend, parallel }: TrainOptions): ConfigRequest {
  return {
    settings: set ?? [],
    plugins: plugin ?? [],
    ...(file === undefined ? {} : { file }),
    ...(preset === undefined ? {} : { preset }),
    ...(data === undefined ? {} : { data }),
    ...(backend === undefined ? {} : { backend }),
    ...(parallel === undefined ? {} : { parallel }),
  };
}

async function replay(folder: string): Promise<RunState> {
  let state = initialState;
  for await (const event of followEvents(folder, { follow: false })) state = reduce(state, event);
  return state;
}

/** The tables, where the run is, and what to type next. */
export function farewell(state: RunState, folder: string, columns: number = process.stdout.columns || Number.POSITIVE_INFINITY): string {
  const benn = commandName();
  const interrupted = state.end?.reason === "interrupted";
  const next = [
    ...(interrupted ? [[resumeCommand(folder), "go on"] as const] : []),
    ...(state.staged.length > 0 ? [[`${benn} eval ${quoted(folder)}`, "score its members again"] as const] : []),
    [`${benn} watch ${quoted(folder)}`, "see it again"] as const,
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

function resumeCommand(folder: string): string {
  return `${commandName()} train --resume ${quoted(folder)}`;
}

/** An error while training leaves a run behind. A mistake would only be met again; after a fault, such as a full disk, it can go on. */
function withHint(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof Exit) return error;
  const said = (error.message.trim().split("\n")[0] ?? "").replace(/\.?$/, ".");
  error.message =
    error instanceof UserError
      ? `${said} The run so far is in ${folder}.`
      : `${said} "${resumeCommand(folder)}" goes on from the last checkpoint.`;
  return error;
}
