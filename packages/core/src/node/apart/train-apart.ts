import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { BACKENDS } from "../../backend.ts";
import type { Config } from "../../config.ts";
import type { LoadedDataset } from "../../dataset.ts";
import { completeScheme, SCHEMES } from "../../ensemble-scheme.ts";
import type { RunEvent } from "../../events.ts";
import { RunControl } from "../../run-control.ts";
import type { Emitted } from "../../train/emitted.ts";
import { trainHere } from "../../train/member-trainer.ts";
import type { MemberCheckpoint } from "../../train/run-store.ts";
import { UserError } from "../../user-error.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../checkpoint-file.ts";
import { fileError } from "../file-error.ts";
import { disk } from "../file-system.ts";
import { decodeTrainedMember, encodeTrainedMember } from "../lanes/trained-member-file.ts";
import { readTrained } from "../read-trained.ts";
import { lockRun } from "../run-lock.ts";
import { refuseOtherData } from "../same-data.ts";
import { openTeacherLogits } from "../teacher-logits.ts";
import { membersAtATime } from "../threads/members-at-a-time.ts";
import { AskedMembers } from "../asked-members.ts";
import { configOf, loadData, stamp, type TrainOptions } from "../train.ts";
import { writeAside } from "../write-aside.ts";
import { apartCheckpoint, apartFolder, trainedFile } from "./apart-files.ts";
import { type MadeFrom, madeFrom, refuseForeign } from "./made-from.ts";
import { nextJob } from "./next-job.ts";

export interface TrainApartOptions extends Pick<TrainOptions, "container" | "control" | "signal" | "onPhase"> {
  /** Run folder. It is only read; other processes may read it at the same time to train other members. */
  readonly run: string;
  /** From 0. */
  readonly member: number;
  /** Folder for members that are trained apart: one for all members of the run, or one per member. */
  readonly into: string;
}

export interface TrainedApart {
  /** The folder of this member. */
  readonly folder: string;
  /** `already`: the member was trained before, here or in the run. */
  readonly reason: "finished" | "interrupted" | "already";
}

/**
 * Trains one member of a run into a folder of its own, from which `collectingExecutor` takes it into the run. For schedulers that start the
 * members of a run on many machines. If stopped, it saves; called again, on this or another machine that can access the folder, it resumes.
 * The most recent call owns the member: an earlier process that is still training it notices before its next write.
 * @param config as for `train`; it may differ from the run's only in the places of data
 * @throws UserError for mistakes in the configuration, the data or the folders
 */
export async function* trainApart(config: Config | undefined, options: TrainApartOptions): AsyncGenerator<RunEvent, TrainedApart> {
  const { container, run, member, into, signal } = options;
  const control = options.control ?? new RunControl();
  const stop = (): void => control.stopNow();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  const folder = apartFolder(into, member);
  let data: LoadedDataset | undefined;
  let lock: Awaited<ReturnType<typeof lockRun>> | undefined;
  try {
    const { config: resolved } = await configOf(config, { container, resume: run });
    const { count } = await AskedMembers.of(control, resolved.members.length, run);
    if (!Number.isSafeInteger(member) || member < 0 || member >= count) {
      throw new UserError(`run folder ${run}: has no member ${member}. It has ${count}, counted from 0.`);
    }
    options.onPhase?.("starting the backend");
    await container.resolve(BACKENDS).create(resolved.backend).activate();
    options.onPhase?.("reading data");
    data = yield* loadData(resolved, { container, resume: run, ...(signal ? { signal } : {}) });
    await refuseOtherData(run, { data, dataset: resolved.dataset, container });
    const { independent } = membersAtATime({ ...resolved, parallel: "auto" }, container, undefined);
    const init = resolved.init === undefined ? undefined : await readTrained(resolved.init);
    const job =
      member < resolved.given.length ? undefined : await nextJob({ run, member, config: resolved, data, container, init, independent });
    if (!job) return { folder, reason: "already" };

    const made = await madeFrom(run, job.sampleWeights);
    const path = trainedFile(into, member);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw fileError(folder, "made", error);
    });
    lock = await lockRun(folder, { takeOver: true });
    const own = lock;
    if (existsSync(path)) {
      refuseForeign(path, decodeTrainedMember(await readFile(path), path).madeFrom, made, run);
      return { folder, reason: "already" };
    }
    const before = await readCheckpoint(options, made);
    const events: Emitted[] = [...(before?.events ?? [])];
    const write = async (path: string, bytes: Uint8Array): Promise<void> => {
      await own.check();
      await writeAside(path, bytes);
    };
    const save = async (training: MemberCheckpoint): Promise<void> =>
      await write(
        apartCheckpoint(into, member),
        encodeCheckpoint({ checkpoint: { member, training }, covered: { events: 0, ...made }, ahead: events }),
      );
    const scheme = completeScheme(container.resolve(SCHEMES).create(resolved.scheme));
    const loaded = data;
    const trainer = trainHere({
      config: resolved,
      data,
      container,
      scheme,
      control,
      teacherLogits: (teacher) => openTeacherLogits(teacher, loaded, container),
    });
    const training = trainer.train({ member, ...job, from: before?.training, save });
    for (;;) {
      const next = await training.next();
      if (next.done) {
        const outcome = next.value;
        if (!outcome.finished) return { folder, reason: "interrupted" };
        await write(path, encodeTrainedMember({ member, outcome, events, madeFrom: made }));
        await disk.remove(apartCheckpoint(into, member));
        return { folder, reason: "finished" };
      }
      const event = stamp(next.value);
      if (event.type !== "control" && event.type !== "progress") events.push(event);
      yield event;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    data?.dispose?.();
    await lock?.release();
  }
}

/**
 * The checkpoint of the member. Undefined if there is none or it is damaged; the member is then trained from its beginning, to the same
 * bytes.
 */
async function readCheckpoint(
  { run, member, into }: TrainApartOptions,
  made: MadeFrom,
): Promise<{ readonly training: MemberCheckpoint; readonly events: readonly Emitted[] } | undefined> {
  const path = apartCheckpoint(into, member);
  if (!existsSync(path)) return undefined;
  let saved: ReturnType<typeof decodeCheckpoint>;
  try {
    saved = decodeCheckpoint(await readFile(path), path);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  refuseForeign(path, saved.covered, made, run);
  const { checkpoint, ahead } = saved;
  return checkpoint.member === member && checkpoint.training ? { training: checkpoint.training, events: ahead } : undefined;
}
