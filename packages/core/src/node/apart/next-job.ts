import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { MOST_MEMBERS } from "../../config.ts";
import { completeScheme, SCHEMES } from "../../ensemble-scheme.ts";
import { RunControl } from "../../run-control.ts";
import type { MemberJob, MemberTrainer } from "../../train/member-trainer.ts";
import type { RunStore } from "../../train/run-store.ts";
import { type RunTask, trainRun } from "../../train/train-run.ts";
import { UserError } from "../../user-error.ts";
import { decodeCheckpoint } from "../checkpoint-file.ts";
import { fileError } from "../file-error.ts";
import { readMember } from "../read-member.ts";
import { checkpointFile, sampleWeightsFile } from "../run-paths.ts";
import { readStart } from "../start-model.ts";

/** What a member is trained from, besides its configuration. */
export type ApartJob = Pick<MemberJob, "sampleWeights" | "start">;

export interface ApartTask extends Pick<RunTask, "config" | "data" | "container" | "init"> {
  readonly run: string;
  readonly member: number;
  readonly independent: boolean;
}

/**
 * The inputs that a run would train one of its members with. Only reads the run.
 * @returns undefined if the run already has the member
 * @throws UserError if the member depends on one that the run does not have yet
 */
export async function nextJob(task: ApartTask): Promise<ApartJob | undefined> {
  const { run, member, config, data, container, independent } = task;
  const path = checkpointFile(run);
  const checkpoint = existsSync(path) ? decodeCheckpoint(await readFile(path), path).checkpoint : undefined;
  const next = checkpoint?.member ?? (config.pretrainEpochs > 0 ? -1 : 0);
  if (member < next) return undefined;
  if (independent) {
    const scheme = completeScheme(container.resolve(SCHEMES).create(config.scheme));
    const samples = data.train.labels.length;
    // In schemes with independent members, all members have the same sample weights.
    const sampleWeights = checkpoint ? await readSampleWeights(run, next) : scheme.begin({ samples, classes: data.labels.length });
    return { sampleWeights, start: undefined };
  }
  if (member > next) {
    throw new UserError(
      `run folder ${run}: member ${member} depends on the one before, with scheme=${config.scheme.name} mode=${config.mode}, and ` +
        `${next < 0 ? "what the first member starts from is not trained yet" : `member ${next} is not there yet`}. ` +
        `Train such a run with "benn train --resume ${run}", which goes from member to member and can be stopped and resumed anywhere.`,
    );
  }
  return await askRun(task);
}

/** Runs the loop that trains runs over the existing members, until it asks for the next one. */
async function askRun({ run, config, data, container, init }: ApartTask): Promise<ApartJob | undefined> {
  let asked: ApartJob | undefined;
  const trainer: MemberTrainer = {
    // eslint-disable-next-line require-yield -- it trains nothing
    async *train({ sampleWeights, start }) {
      asked = { sampleWeights, start };
      return { finished: false };
    },
  };
  const loop = trainRun({ config, data, container, store: readingStore(run), control: new RunControl(), init, trainer });
  while (!(await loop.next()).done) {
    // its events are already in the run's log
  }
  return asked;
}

/** A run folder that is read but not written. */
function readingStore(run: string): RunStore {
  const nothing = async (): Promise<void> => {};
  return {
    name: run,
    append: nothing,
    saveCheckpoint: nothing,
    saveAhead: nothing,
    loadAhead: async () => undefined,
    removeAhead: nothing,
    async restore() {
      const path = checkpointFile(run);
      return existsSync(path) ? { member: decodeCheckpoint(await readFile(path), path).checkpoint.member } : undefined;
    },
    announcedMembers: async () => MOST_MEMBERS, // the caller has already checked that the member belongs to the run
    saveMember: nothing,
    loadMember: (member) => readMember(run, member),
    saveStart: nothing,
    loadStart: () => readStart(run),
    saveSampleWeights: nothing,
    loadSampleWeights: (member) => readSampleWeights(run, member),
  };
}

async function readSampleWeights(run: string, member: number): Promise<Float64Array> {
  const path = sampleWeightsFile(run, member);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, "read", error);
  });
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
