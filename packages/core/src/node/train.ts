import { existsSync } from "node:fs";
import { mkdir, statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { Config } from "../config.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { RunEnd, RunEvent } from "../events.ts";
import { LISTENERS } from "../listener.ts";
import { RunControl } from "../run-control.ts";
import type { GivenMembers } from "../train/given-members.ts";
import { type ResolvedConfig, resolveConfig } from "../train/resolve-config.ts";
import type { MemberTrainer } from "../train/member-trainer.ts";
import { trainRun } from "../train/train-run.ts";
import type { Emitted } from "../train/train-member.ts";
import { UserError } from "../user-error.ts";
import { AUTO, settleBackend } from "./auto-backend.ts";
import { type CheckMember, checkMembers } from "./check-members.ts";
import { existingPart } from "./existing-part.ts";
import { asConfig, readExperiment, writeExperiment } from "./experiment.ts";
import { checkGiven, findGiven, givenMembers } from "./find-given.ts";
import { loadDataset } from "./load-dataset.ts";
import { readModelFiles } from "./model-files.ts";
import { readTeacherLogits } from "./teacher-logits.ts";
import { type Telling, tellListeners } from "./tell-listeners.ts";
import { writePreprocessing } from "./preprocessing-file.ts";
import { RunFolder } from "./run-folder.ts";
import { stepMemory } from "./step-memory.ts";
import { membersAtATime } from "./threads/members-at-a-time.ts";
import { trainInThreads } from "./threads/train-in-threads.ts";

export interface TrainOptions {
  /** Holds the registries, with plugins loaded. */
  readonly container: DependencyContainer;
  /** Folder in which run folders are made. Default "runs". */
  readonly out?: string;
  /** Run folder to go on with. `config` may then be undefined; if given it must resolve to what the run was made from. */
  readonly resume?: string;
  /** To pause and stop from outside. */
  readonly control?: RunControl;
  /** Stops after the running batch and saves, like `control.stopNow()`. */
  readonly signal?: AbortSignal;
  /** Members trained elsewhere, one for each of the configuration's, to take in place of training. Such a run is not resumed. */
  readonly given?: GivenMembers;
  /**
   * Starts a thread whose module calls `serveMembers` with this configuration; members that do not depend on one another
   * then train side by side. Without it they are trained one by one.
   */
  startMemberThread?(config: Config): Worker;
  /** Looks at each kind of member of a new run, before anything is written; may refuse it. */
  readonly checkMember?: CheckMember;
  /** Called once the run folder is known. */
  onFolder?(path: string): void;
}

export interface RunResult {
  readonly folder: string;
  readonly reason: RunEnd["reason"];
}

/**
 * Trains an ensemble into a run folder and says how it goes.
 *
 *     for await (const event of train({ members: 4 }, { container })) console.log(event.type);
 *
 * Everything that can be checked is checked before the folder is made. Breaking off the loop leaves a run that resumes
 * from its last checkpoint.
 * @throws UserError for mistakes in the configuration, the data or the folder
 */
export async function* train(config: Config | undefined, options: TrainOptions): AsyncGenerator<RunEvent, RunResult> {
  const { container, resume, signal } = options;
  const control = options.control ?? new RunControl();
  const stop = (): void => control.stopNow();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  let data: LoadedDataset | undefined;
  let store: RunFolder | undefined;
  let trainer: MemberTrainer | undefined;
  let run: ReturnType<typeof trainRun> | undefined;
  let audience: Telling | undefined;
  try {
    const resolved = await configOf(config, options);
    const backend = container.resolve(BACKENDS).create(resolved.backend);
    const listeners = resolved.listeners.map((spec) => ({ name: spec.name, listener: container.resolve(LISTENERS).create(spec) }));
    await backend.activate();
    data = yield* loadDataset(resolved, container, signal);
    const kinds = await checkMembers(resolved, data, container, resume ? undefined : options.checkMember);
    const weightBytes = Math.max(...kinds.map(({ summary }) => summary.realBytes));
    const stepBytes = Math.max(...kinds.map(({ summary }) => stepMemory(summary, resolved)));
    const share = backend.share?.({ cores: availableParallelism(), memoryBytes: totalmem(), stepBytes });
    const { count, configOf: configOfThread } = membersAtATime(resolved, container, share);
    if (!resume) await checkGiven(resolved, data, container);
    const given = options.given ?? givenMembers(resolved);
    const init = resolved.init === undefined ? undefined : await readModelFiles(resolved.init);

    await checkDiskSpace(resume ?? options.out ?? "runs", resolved, data, weightBytes);
    const folder = resume ?? (await newFolder(options.out ?? "runs", resolved));
    store = await RunFolder.open(folder);
    if (!resume) {
      await writePreprocessing(folder, data);
      await writeExperiment(folder, resolved, data, options.given?.origin);
    }
    options.onFolder?.(folder);
    audience = tellListeners(listeners, folder);
    const { startMemberThread } = options;
    if (startMemberThread && count > 1) {
      let threads = 0;
      const startThread = (): Worker => startMemberThread(configOfThread(threads++));
      trainer = trainInThreads({ count, members: resolved.members.length, control, store, startThread });
    }
    const loaded = data;
    const teacherLogits = (teacher: string): Promise<Float32Array> => readTeacherLogits(teacher, loaded, container);
    run = trainRun({ config: resolved, data, container, store, control, init, given, trainer, teacherLogits });
    for (;;) {
      const next = await run.next();
      if (next.done) {
        yield* failures(await audience.close());
        return { folder, reason: next.value };
      }
      const { route, ...emitted } = next.value;
      const event = stamp(emitted);
      const said: string[] = [];
      if (route !== "screen" && event.type !== "control" && event.type !== "progress") {
        said.push(...(await audience.begin())); // only now: the trainer has cut the log of a resumed run
        await store.append(event);
        said.push(...(await audience.hear(event)));
      }
      if (route !== "log") yield event;
      yield* failures(said);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    await run?.return("interrupted"); // a loop that was broken off leaves it in the middle
    await trainer?.close?.();
    await audience?.close();
    data?.dispose?.();
    await store?.close();
  }
}

function stamp(emitted: Emitted): RunEvent {
  return { ...emitted, clock: { at: Date.now(), ...emitted.clock } };
}

/** Shown and not logged: a log is a function of the configuration, and a full disk or a server that is gone is not. */
function* failures(said: readonly string[]): Generator<RunEvent> {
  for (const message of said) yield stamp({ type: "warning", message });
}

async function configOf(config: Config | undefined, { container, resume }: TrainOptions): Promise<ResolvedConfig> {
  if (resume === undefined) return await settleBackend(await findGiven(resolveConfig(config ?? {}, container)), container);
  const saved = resolveConfig((await readExperiment(resume)).config, container);
  if (config === undefined) return saved;
  const resolved = resolveConfig(config, container);
  const asked = resolved.backend.name === AUTO ? { ...resolved, backend: saved.backend } : resolved;
  const wanted = asConfig(await findGiven(asked));
  const had = asConfig(saved);
  const differing = Object.keys({ ...wanted, ...had }).filter(
    (key) => key !== "listeners" && JSON.stringify(wanted[key]) !== JSON.stringify(had[key]),
  );
  if (differing.length > 0) {
    const [key = ""] = differing;
    throw new UserError(
      `run folder ${resume}: was made with ${key}=${JSON.stringify(had[key])}, now ${key}=${JSON.stringify(wanted[key])} is asked for` +
        `${differing.length > 1 ? ` (and ${differing.slice(1).join(", ")} differ too)` : ""}. Resume without settings, or start a new run.`,
    );
  }
  return { ...saved, listeners: asked.listeners };
}

/** `runs/2026-11-24-nin-bagging`, numbered when taken. */
async function newFolder(out: string, config: ResolvedConfig): Promise<string> {
  const nets = [...new Set(config.members.map((member) => member.architecture.name))].join("-");
  const name = config.name ?? `${new Date().toISOString().slice(0, 10)}-${nets}-${config.scheme.name}`;
  if (config.name !== undefined && existsSync(join(out, name))) {
    throw new UserError(`run folder ${join(out, name)}: exists. Choose another name, or go on with it by --resume ${join(out, name)}.`);
  }
  await mkdir(out, { recursive: true });
  for (let n = 1; ; n++) {
    const folder = join(out, n === 1 ? name : `${name}-${n}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** A run keeps each member's weights, logits and sample weights, and a checkpoint of four times the weights. */
async function checkDiskSpace(out: string, config: ResolvedConfig, data: LoadedDataset, weightBytes: number): Promise<void> {
  const rows = data.train.labels.length + (data.validation?.labels.length ?? 0) + data.test.labels.length;
  const perMember = rows * data.labels.length * 4 + data.train.labels.length * 8 + weightBytes;
  const needed = perMember * config.members.length + 8 * weightBytes; // the new checkpoint is written beside the old one
  const { bavail, bsize } = await statfs(existingPart(out));
  if (bavail * bsize < needed) {
    throw new UserError(
      `${out}: the run needs about ${Math.ceil(needed / 1e6)} MB, the disk has ${Math.floor((bavail * bsize) / 1e6)} MB free. Free some, or choose another place with --out.`,
    );
  }
}
