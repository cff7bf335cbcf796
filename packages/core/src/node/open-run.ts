import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { UserError } from "../user-error.ts";
import { readEvents } from "./event-log.ts";
import { readExperiment } from "./experiment.ts";

export interface SavedRun {
  readonly folder: string;
  /** What the run was made from, every default filled in. */
  readonly config: Config;
  /** Numbers of the members that are trained, in order. */
  readonly members: readonly number[];
}

/** @throws UserError when the folder is not one that training made */
export async function openRun(folder: string): Promise<SavedRun> {
  const { config } = await readExperiment(folder);
  const names = (await readdir(join(folder, "members"))).filter((name) => /^\d{3,}$/.test(name)).toSorted();
  const trained = await Promise.all(names.map(async (name) => (await readdir(join(folder, "members", name))).includes("member.json")));
  return { folder, config, members: names.filter((_, i) => trained[i]).map(Number) };
}

/**
 * Replays the events of a run. With `follow` it then waits for more, also from another process, until the run ends or
 * `signal` aborts.
 * @throws UserError when the folder is not a run folder
 */
export async function* followEvents(folder: string, options: { follow: boolean; signal?: AbortSignal }): AsyncGenerator<RunEvent> {
  await readExperiment(folder);
  try {
    yield* readEvents(join(folder, "events.jsonl"), options);
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw new UserError(`${join(folder, "events.jsonl")}: a line is not JSON. The file was damaged.`, { cause });
    throw cause;
  }
}
