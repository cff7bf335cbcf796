import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { memberOfCheckpoint } from "./checkpoint-file.ts";
import { readEntries } from "./event-log.ts";
import { fileError } from "./file-error.ts";
import { checkpointFile, memberFolder } from "./run-paths.ts";

/** The members that a run folder holds, and those that it should hold. */
export interface Survey {
  /** Members that exist, in order. */
  readonly trained: readonly number[];
  /** Number of trained members according to the log. */
  readonly logged: number;
  /** According to the checkpoint; undefined without a readable one. */
  readonly checkpointed: number | undefined;
  readonly hasLog: boolean;
  /** Whether the run has ended according to the log. */
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
    // A long log has many lines, of which few matter here.
    for await (const { event } of readEntries(log, { follow: false, words: ["member-end", "run-start", "run-end"] })) {
      if (typeof event === "string") continue;
      if (event.type === "member-end") logged = Math.max(logged, event.member + 1);
      ended = event.type === "run-end" && event.reason !== "interrupted";
    }
  }
  return { trained, logged, checkpointed, hasLog, ended };
}
