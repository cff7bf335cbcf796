import { join } from "node:path";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { UserError } from "../user-error.ts";
import { withControls } from "./control-log.ts";
import { readEvents, type ReadOptions } from "./event-log.ts";
import { readExperiment } from "./experiment.ts";
import { surveyRun } from "./survey-run.ts";

export interface SavedRun {
  readonly folder: string;
  /** The run's configuration, with every default filled in. */
  readonly config: Config;
  /** Numbers of the trained members, in order. */
  readonly members: readonly number[];
}

/** @throws UserError if the folder was not made by training, or lacks a member that it had */
export async function openRun(folder: string): Promise<SavedRun> {
  const { config } = await readExperiment(folder);
  const { trained, logged, checkpointed, hasLog } = await surveyRun(folder);
  const first = Math.max(logged, checkpointed ?? 0, (trained.at(-1) ?? -1) + 1);
  const lacking = Array.from({ length: first }, (_, member) => member).filter((member) => !trained.includes(member));
  if (lacking.length > 0) {
    const names = lacking.map((member) => `members/${String(member).padStart(3, "0")}`);
    const [shown, more] = [names.slice(0, 3).join(", "), names.length > 3 ? ` and ${names.length - 3} more` : ""];
    throw new UserError(
      `run folder ${folder}: has trained ${first} members, but ${shown}${more} ${lacking.length === 1 ? "is" : "are"} not there, or not whole. ` +
        "Was it copied in part? Copy it whole.",
    );
  }
  const wanted = membersOf(config);
  if (trained.length < wanted && !hasLog && checkpointed === undefined) {
    throw new UserError(
      `run folder ${folder}: holds ${trained.length} of ${wanted} members, and has neither events.jsonl nor a checkpoint, so it may have had more. ` +
        "Was it copied in part? Copy it whole.",
    );
  }
  return { folder, config, members: trained };
}

/** Number of members of a saved configuration. */
export function membersOf({ members = 0 }: Config): number {
  return typeof members === "number" ? members : members.reduce((sum, { count = 1 }) => sum + count, 0);
}

/**
 * Replays the events of a run, including its pauses, and at the end warns of lines that are not events. With `follow`, it then waits for
 * more, also from another process, until the run ends or `signal` aborts.
 * @throws UserError if the folder is not a run folder, or has no log
 */
export async function* followEvents(folder: string, options: Omit<ReadOptions, "onDamaged">): AsyncGenerator<RunEvent> {
  await readExperiment(folder);
  let damaged = 0;
  let at = 0;
  const path = join(folder, "events.jsonl");
  const events = readEvents(path, { ...options, onDamaged: () => (damaged += 1) });
  for await (const event of withControls(events, folder, options)) {
    ({ at } = event.clock);
    yield event;
  }
  if (damaged === 0) return;
  const lines = damaged === 1 ? "one line is damaged and was" : `${damaged} lines are damaged and were`;
  yield { type: "warning", message: `${path}: ${lines} skipped. "benn fsck ${folder}" lists them.`, clock: { at } };
}
