import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { memberOfCheckpoint } from "./checkpoint-file.ts";
import { readEvents } from "./event-log.ts";
import { fileError } from "./file-error.ts";
import { checkpointFile, memberFolder } from "./run-paths.ts";

/** What a run folder holds, and what it tells of members that it should hold. */
export interface Survey {
  /** Members that are there, in order. */
  readonly trained: readonly number[];
  /** How many members are trained, as the log tells. */
  readonly logged: number;
  /** As the checkpoint tells; undefined without one that can be read. */
  readonly checkpointed: number | undefined;
  readonly hasLog: boolean;
  /** Whether the log tells that the run has come to its end. */
  readonly ended: boolean;
}

export async function surveyRun(folder: string): Promise<Survey> {
  const names = await readdir(join(folder, "members")).catch((error: unknown) => {
    if (!existsSync(join(folder, "members"))) return [];
    throw fileError(join(folder, "members"), "read", error);
  });
  const numbers = names.filter((name) => /^\d{3,}$/.test(name)).map(Number);
  const trained = numbers.filter((member) => existsSync(join(memberFolder(folder, member), "member.json"))).toSorted((a, b) => a - b);
  const checkpointed = await memberOfCheckpoint(checkpointFile(folder));
  const log = join(folder, "events.jsonl");
  const hasLog = existsSync(log);
  let logged = 0;
  let ended = false;
  if (hasLog) {
    for await (const event of readEvents(log, { follow: false })) {
      if (event.type === "member-end") logged = Math.max(logged, event.member + 1);
      ended = event.type === "run-end" && event.reason !== "interrupted";
    }
  }
  return { trained, logged, checkpointed, hasLog, ended };
}
