import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { UserError } from "../../user-error.ts";
import type { Executor, LaneListener, MemberLane } from "../lanes/executor.ts";
import type { LaneJob } from "../lanes/lane-messages.ts";
import { decodeTrainedMember } from "../lanes/trained-member-file.ts";
import { trainedFile } from "./apart-files.ts";
import { madeFrom, refuseForeign } from "./made-from.ts";

export interface CollectOptions {
  /** Run folder. */
  readonly run: string;
  /** Folders into which members were trained. */
  readonly from: readonly string[];
  /** Called for each missing member. */
  onMissing?(member: number): void;
}

/**
 * Takes members that `trainApart` has trained instead of training them: the run judges them, writes its log and votes as if it had trained
 * them itself, to the same bytes. At the first missing member the run is interrupted.
 *
 *     train(undefined, { resume: run, executor: collectingExecutor({ run, from: [into] }), container });
 */
export function collectingExecutor(options: CollectOptions): Executor {
  return { lanes: async () => ({ count: 1, open: (listener) => collectingLane(options, listener) }) };
}

function collectingLane(options: CollectOptions, { message, end }: LaneListener): MemberLane {
  let closed = false;
  const collect = async (job: LaneJob): Promise<void> => {
    try {
      const found = await findMember(options, job);
      if (closed) return;
      const { member } = job;
      for (const event of found?.events.slice(job.said) ?? []) message({ kind: "event", member, event });
      message({ kind: "done", member, outcome: found?.outcome ?? { finished: false } });
    } catch (error) {
      if (!closed) end(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return {
    post(told) {
      if (told.kind === "train") void collect(told);
    },
    async close() {
      closed = true;
    },
  };
}

async function findMember({ run, from, onMissing }: CollectOptions, { member, sampleWeights }: LaneJob) {
  const path = from.map((into) => trainedFile(into, member)).find((file) => existsSync(file));
  if (path === undefined) {
    onMissing?.(member);
    return undefined;
  }
  const found = decodeTrainedMember(await readFile(path), path);
  if (found.member !== member)
    throw new UserError(`${path}: is member ${found.member}. Was its folder renamed? Give it its own name back.`);
  refuseForeign(path, found.madeFrom, await madeFrom(run, sampleWeights), run);
  return found;
}
