import { resolve } from "node:path";
import type { RunEvent, Spec } from "@benn/core";
import { readExperiment, RunControl, type Verification, verifyRun } from "@benn/core/node";
import { initialState, reduce } from "../run/run-state.ts";
import { runOptions } from "../run/run-options.ts";
import { secondsLeft } from "../run/time-left.ts";
import { exitCodeOf, type StopSignal } from "./exit-codes.ts";
import { Exit } from "./failure.ts";
import { openRunContainer, pluginsOfRun, refuseForeignBackend } from "./plugins-of-run.ts";
import { printJson, printLines } from "./print.ts";
import { progressLine } from "./progress-line.ts";
import { onStopSignal } from "./stop-signals.ts";

export interface VerifyOptions {
  readonly whole?: boolean;
  readonly members?: number;
  readonly data?: string;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
}

/** `benn verify`: exit code 0 if all bytes are equal, 1 if not. */
export async function verify(folder: string, { whole, members, data, plugin = [], json }: VerifyOptions): Promise<void> {
  const { config } = await readExperiment(folder);
  const run = { folder, config };
  const cwd = process.cwd();
  const container = await openRunContainer(run, plugin, { trains: true });
  refuseForeignBackend(run, cwd);
  const control = new RunControl();
  let signal: StopSignal | undefined;
  const release = onStopSignal((received) => {
    signal = received;
    control.stopNow();
  });
  const progress = trainingProgress(json);
  try {
    const { executor } = runOptions({ container, plugins: await pluginsOfRun(run, plugin, cwd) }, cwd);
    const verification = await verifyRun(folder, {
      container,
      control,
      ...(executor ? { executor } : {}),
      ...(whole === undefined ? {} : { whole }),
      ...(members === undefined ? {} : { members }),
      ...(data === undefined ? {} : { dataset: { ...(config.dataset as Spec), source: undefined, data: resolve(data) } }),
      onEvent: (event) => progress.show(event),
    });
    progress.clear();
    const isSame = verification.members.every(({ differences }) => differences.length === 0);
    if (json) printJson({ ...verification, same: isSame && verification.complete });
    else printLines(verifyLines(verification));
    if (!isSame) process.exitCode = 1;
    else if (!verification.complete) throw new Exit(signal === undefined ? 1 : exitCodeOf(signal));
  } finally {
    progress.clear();
    release();
  }
}

/** Enough digits of a checksum to identify it; --json has all of them. */
const SHOWN_DIGITS = 16;

/** What was compared, as text. */
export function verifyLines({ folder, fromEpoch, members, complete }: Verification): string[] {
  const from = fromEpoch > 0 ? `, taken up after epoch ${fromEpoch}` : ", trained from the beginning";
  return [
    ...members.flatMap(({ member, same, differences }) => [
      `member ${member + 1}${from}: ${differences.length === 0 ? "the same bytes" : "not the same bytes"}`,
      ...Object.entries(same)
        .filter(([name]) => name.includes("."))
        .map(([name, sum]) => `  same     ${name}  ${sum.slice(0, SHOWN_DIGITS)}…`),
      ...differences.flatMap(({ what, stored, found }) => [
        `  differs  ${what}`,
        `           stored ${stored === "" ? "nothing" : stored}`,
        `           now    ${found ?? "nothing"}`,
      ]),
    ]),
    ...(complete ? [] : [`${folder}: stopped before all was compared; nothing was kept.`]),
  ];
}

/** Shows the progress of the training, with the time left for all of it. */
function trainingProgress(json: boolean | undefined): { show(event: RunEvent): void; clear(): void } {
  const progress = progressLine({ json });
  let state = initialState;
  return {
    show(event) {
      state = reduce(state, event);
      if (event.type === "progress") progress.show(event);
      if (event.type !== "step") return;
      const { member, epoch, step: done, steps: total } = event;
      progress.show({
        what: `training member ${member + 1} again, epoch ${epoch + 1}, batches`,
        done,
        total,
        secondsLeft: secondsLeft(state),
      });
    },
    clear: progress.clear,
  };
}
