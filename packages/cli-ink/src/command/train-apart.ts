import { UserError } from "@benn/core";
import { followEvents } from "@benn/core/node";
import { initialState, reduce, type RunState } from "../run/run-state.ts";
import { startTraining } from "../run/training-thread.ts";
import type { TrainRequest } from "../run/thread-messages.ts";
import { screenOpener } from "./open-screen.ts";
import { commandName, quoted } from "./command-name.ts";
import { EXIT } from "./exit-codes.ts";
import { Exit } from "./failure.ts";
import { print, say } from "./print.ts";
import { onStopSignal } from "./stop-signals.ts";
import { configRequest, type TrainOptions } from "./train-options.ts";

// Commands for schedulers: lines instead of a dashboard, and exit codes that say whether to start the command again.

/** `benn train --prepare`: creates the folder of a run and trains nothing. */
export async function prepareRun(options: TrainOptions): Promise<void> {
  if (options.resume !== undefined)
    throw new UserError(`--prepare: makes a new run, but --resume names ${options.resume}. Leave one of the two out.`);
  const { folder } = await work({ ...requestOf(options), prepare: true }, { ...options, isQuiet: true });
  if (options.ui === "json") return;
  const benn = commandName();
  print(
    [
      `The run is prepared in ${folder}`,
      "",
      "Train its members anywhere that sees the folder, and collect them:",
      `  ${benn} train --resume ${quoted(folder)} --member N --into DIR`,
      `  ${benn} collect ${quoted(folder)} DIR`,
      "",
    ].join("\n"),
  );
}

/** `benn train --resume RUN --member N --into DIR` */
export async function trainMemberApart(options: TrainOptions): Promise<void> {
  const { resume, member, into } = options;
  if (resume === undefined || member === undefined || into === undefined) {
    const lacking = [resume === undefined && "--resume RUN", member === undefined && "--member N", into === undefined && "--into DIR"];
    throw new UserError(
      `train: --member and --into train one member of a run apart from it, and need ${lacking.filter((one) => one !== false).join(" and ")} too. ` +
        `"${commandName()} train --prepare" makes a run to train members of.`,
    );
  }
  const { folder, reason } = await work({ ...requestOf(options), apart: { member, into } }, options);
  if (options.ui !== "json")
    say(reason === "already" ? `Member ${member} is trained already.\n` : `Member ${member} is trained, in ${folder}\n`);
}

/** `benn collect RUN DIR…` */
export async function collectMembers(run: string, from: readonly string[], options: Omit<TrainOptions, "resume">): Promise<void> {
  const missing: number[] = [];
  const request = { ...requestOf({ ...options, resume: run }), collect: from };
  const { folder, reason } = await work(request, { ...options, onMissing: (member) => missing.push(member) });
  if (reason === "interrupted" && missing.length > 0) {
    const [first] = missing;
    say(`Collected up to member ${first}, which is not in ${from.join(" or ")} yet. Train it, then collect again.\n`);
    throw new Exit(EXIT.again);
  }
  if (options.ui !== "json") say(`The run is in ${folder}\n`);
}

interface WorkOptions extends TrainOptions {
  /** Shows nothing of the run. */
  readonly isQuiet?: boolean;
  readonly onMissing?: (member: number) => void;
}

/** @throws Exit if a signal stopped it: the state is saved, and the command should be started again */
async function work(request: TrainRequest, { isQuiet = false, onMissing, ...options }: WorkOptions) {
  const openScreen = await screenOpener(options.ui === "json" ? "json" : "plain", options);
  let state: RunState = initialState;
  if (request.resume !== undefined) for await (const event of followEvents(request.resume, { follow: false })) state = reduce(state, event);
  const keys = { quit() {}, interrupt() {}, note: () => undefined };
  const screen = isQuiet ? undefined : openScreen({ state, watching: false, live: true, place: () => undefined, keys });
  const thread = startTraining(request, {
    onEvent: (event) => screen?.show(event),
    onPhase() {},
    onFolder() {},
    onNoise: (text) => void process.stderr.write(text),
    ...(onMissing ? { onMissing } : {}),
  });
  let stopped = false;
  const release = onStopSignal((signal) => {
    if (stopped) return; // batch systems repeat their signals
    stopped = true;
    say(`${signal}: stopping after this batch and saving.\n`);
    thread.ask("stop");
  });
  try {
    const result = await thread.finished;
    if (result && !(stopped && result.reason === "interrupted")) return result;
    say(result ? "Saved. The same command resumes.\n" : "Stopped before training began; nothing was written.\n");
    throw new Exit(EXIT.again);
  } finally {
    await screen?.close();
    await thread.kill();
    release();
  }
}

function requestOf(options: TrainOptions): TrainRequest {
  return {
    config: configRequest(options),
    cwd: process.cwd(),
    ...(options.out === undefined ? {} : { out: options.out }),
    ...(options.resume === undefined ? {} : { resume: options.resume }),
    ...(options.takeOver === undefined ? {} : { takeOver: options.takeOver }),
  };
}
