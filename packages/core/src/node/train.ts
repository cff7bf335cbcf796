import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve as resolvePath } from "node:path";
import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { Config } from "../config.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { RunEnd, RunEvent } from "../events.ts";
import { LISTENERS } from "../listener.ts";
import { RunControl } from "../run-control.ts";
import type { GivenMembers } from "../train/given-members.ts";
import { type ResolvedConfig, resolveConfig, settingsOf } from "../train/resolve-config.ts";
import type { MemberTrainer } from "../train/member-trainer.ts";
import { trainRun } from "../train/train-run.ts";
import type { Emitted } from "../train/emitted.ts";
import { UserError } from "../user-error.ts";
import { AskedMembers, isLonger, refuseMoreMembers } from "./asked-members.ts";
import { AUTO, settleBackend } from "./auto-backend.ts";
import { type CheckMember, checkMembers } from "./check-members.ts";
import { appendControl, type ControlEvent, endPause } from "./control-log.ts";
import { checkDiskSpace } from "./disk-space.ts";
import { asConfig, readExperiment, writeExperiment } from "./experiment.ts";
import type { FileSystem } from "./file-system.ts";
import { checkGiven, findGiven, givenMembers, withAbsolutePaths } from "./find-given.ts";
import type { Executor } from "./lanes/executor.ts";
import { trainInLanes } from "./lanes/train-in-lanes.ts";
import { loadDataset } from "./load-dataset.ts";
import { machineMemory } from "./machine-memory.ts";
import { memoryWarning } from "./memory-warning.ts";
import { newRunFolder, refuseTakenName } from "./new-run-folder.ts";
import { openRun } from "./open-run.ts";
import { readTrained } from "./read-trained.ts";
import type { OpenTeacherLogits } from "../train/teacher-logits.ts";
import { openTeacherLogits } from "./teacher-logits.ts";
import { type Telling, tellListeners } from "./tell-listeners.ts";
import { writePreprocessing } from "./preprocessing-file.ts";
import { portableConfig, without } from "./portable-config.ts";
import { RunFolder } from "./run-folder.ts";
import { dataIdentity, placeOptions, refuseOtherData } from "./same-data.ts";
import { startFolder } from "./start-model.ts";
import { stepMemory } from "./step-memory.ts";
import { membersAtATime } from "./threads/members-at-a-time.ts";
import { writeValidationLabels } from "./validation-labels.ts";

export interface TrainOptions {
  /** Holds the registries, with plugins loaded. */
  readonly container: DependencyContainer;
  /** Folder in which run folders are created. Default "runs". */
  readonly out?: string;
  /**
   * Run folder to resume. `config` may then be undefined or without keys; one with settings must resolve to the run's own configuration, except that
   * the same data may be at another path.
   */
  readonly resume?: string;
  /** The data of the configuration, if they are loaded already; not disposed. */
  readonly data?: LoadedDataset;
  /** A run folder. A new run must have the same data, at whatever path. */
  readonly sameDataAs?: string;
  /** Takes the run over from the process that its lock names; a living one stops writing. Default false. */
  readonly takeOver?: boolean;
  /** Pauses and stops the run from outside. */
  readonly control?: RunControl;
  /** Stops after the current batch and saves, like `control.stopNow()`. */
  readonly signal?: AbortSignal;
  /** Members trained elsewhere, one for each of the configuration's, to use instead of training. Such a run cannot be resumed. */
  readonly given?: GivenMembers;
  /** Where members are trained, for example `threadExecutor`. Absent: one by one in this thread. */
  readonly executor?: Executor;
  /** Inspects each kind of member of a new run before anything is written, and may refuse it. */
  readonly checkMember?: CheckMember;
  /** Called before each phase that precedes training, with words for people: `reading data`. */
  onPhase?(what: string): void;
  /** Called once the run folder is known. */
  onFolder?(path: string): void;
  /** Writes the run folder. Default: the disk. */
  readonly files?: FileSystem;
}

export interface RunResult {
  readonly folder: string;
  readonly reason: RunEnd["reason"];
}

/**
 * Trains an ensemble into a run folder and yields its events.
 *
 *     for await (const event of train({ members: 4 }, { container })) console.log(event.type);
 *
 * Everything that can be checked is checked before the folder is created. A loop that is broken off leaves a run that resumes from its last
 * checkpoint.
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
  let isWaiting = false;
  let audience: Telling | undefined;
  let ended = false;
  try {
    const { config: resolved, members: more } = await configOf(config, options);
    options.onPhase?.("starting the backend");
    const backend = container.resolve(BACKENDS).create(resolved.backend);
    const listeners = resolved.listeners.map((spec) => ({ name: spec.name, listener: container.resolve(LISTENERS).create(spec) }));
    await backend.activate();
    const trained = resume === undefined ? [] : (await openRun(resume)).members;
    options.onPhase?.("reading data");
    data = options.data ?? (yield* loadData(resolved, options));
    options.onPhase?.("building the networks");
    const origin = resume ?? options.sameDataAs;
    if (origin !== undefined) await refuseOtherData(origin, { data, dataset: resolved.dataset, container });
    const kinds = await checkMembers(resolved, data, container, resume ? undefined : options.checkMember);
    const weightBytes = Math.max(...kinds.map(({ summary }) => summary.realBytes));
    const stepBytes = Math.max(...kinds.map(({ summary }) => stepMemory(summary, resolved)));
    const share = backend.share?.({ cores: availableParallelism(), memoryBytes: machineMemory(), stepBytes });
    const here = membersAtATime(resolved, container, share);
    if (!resume) await checkGiven(resolved, data, container);
    const given = options.given ?? givenMembers(resolved);
    const init = resolved.init === undefined ? undefined : await readTrained(resolved.init);

    const asked = await AskedMembers.of(control, resolved.members.length, resume);
    if (more !== undefined) asked.raise(more);
    const all = { members: Array.from({ length: asked.count }, (_, member) => settingsOf(resolved, member)) };
    await checkDiskSpace(resume ?? options.out ?? "runs", all, data, { weightBytes, trained: trained.length });
    const folder = resume ?? (await newRunFolder(options.out ?? "runs", resolved));
    const { files, takeOver } = options;
    store = await RunFolder.open(folder, { files, takeOver, isStopping: () => control.stop !== "no" });
    if (!resume) {
      await refuseTakenName(folder); // checked again, now that no other process can start it
      await writePreprocessing(folder, data, files);
      await writeValidationLabels(folder, data, files);
      await writeExperiment(folder, resolved, data, { origin: options.given?.origin, files });
    }
    if (resume) await endPause(folder, files);
    // Also for a run that was killed between the two.
    if (resolved.init !== undefined && resolved.init !== startFolder(folder)) await store.keepStart(await readStartFiles(resolved.init));
    options.onFolder?.(folder);
    const warning = memoryWarning(stepBytes, { members: here.count, memoryBytes: machineMemory(), config: resolved });
    if (warning !== undefined) yield* warnings([warning]);
    audience = tellListeners(listeners, folder);
    const lanes = await options.executor?.lanes({
      name: store.name,
      folder: resolvePath(folder),
      config: portableConfig(resolved, container),
      data: dataIdentity(data, resolved.dataset, container),
      members: asked.count,
      independent: here.independent,
      here,
    });
    if (lanes) trainer = trainInLanes({ lanes, members: () => asked.count, independent: here.independent, control, store });
    const loaded = data;
    const teacherLogits: OpenTeacherLogits = (teacher) => openTeacherLogits(teacher, loaded, container);
    const profile = backend.profile?.bind(backend);
    run = trainRun({
      profile,
      config: resolved,
      data,
      container,
      store,
      control,
      init,
      given,
      trainer,
      teacherLogits,
      members: () => asked.count,
    });
    for (;;) {
      const pending = run.next();
      isWaiting = true;
      for (;;) {
        // Takes effect at once, also during a pause or a long batch.
        const { asked: isAsked, end } = asked.whenAsked();
        const isFirst = await Promise.race([pending.then(() => false), isAsked.then(() => true)]).finally(end);
        const added = asked.take();
        if (added) {
          const event = stamp(added);
          await appendControl(folder, event as ControlEvent, files);
          yield event;
        }
        if (!isFirst) break;
      }
      const next = await pending;
      isWaiting = false;
      if (next.done) {
        await store.flush();
        ended = next.value !== "interrupted";
        yield* warnings([...store.takeWarnings(), ...(await audience.close())]);
        return { folder, reason: next.value };
      }
      const { route, ...emitted } = next.value;
      const event = stamp(emitted);
      const said: string[] = [];
      if (route !== "screen" && event.type !== "control" && event.type !== "progress" && event.type !== "profile") {
        said.push(...(await audience.begin())); // only now: the trainer has truncated the log of a resumed run
        await store.append(event);
        said.push(...(await audience.onEvent(event)));
      }
      if (event.type === "control" && event.state !== "stopping") await appendControl(folder, event, files);
      if (route !== "log") yield event;
      yield* warnings([...store.takeWarnings(), ...said]);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    if (isWaiting) control.stopNow(); // it may be waiting for the end of a pause
    await run?.return("interrupted"); // a consumer that breaks off its loop leaves the generator unfinished
    await trainer?.close?.(ended);
    await audience?.close();
    if (!options.data) data?.dispose?.();
    await store?.close();
  }
}

/** Loads the data; if a resumed run does not find them, the error says how to name their path. */
export async function* loadData(
  config: ResolvedConfig,
  { container, signal, resume }: Pick<TrainOptions, "container" | "signal" | "resume">,
): AsyncGenerator<RunEvent, LoadedDataset> {
  try {
    return yield* loadDataset(config, container, signal);
  } catch (error) {
    if (resume === undefined || !(error instanceof UserError)) throw error;
    throw new UserError(`${error.message} If the data have moved, name their new place with --data.`, { cause: error });
  }
}

export function stamp(emitted: Emitted): RunEvent {
  return { ...emitted, clock: { at: Date.now(), ...emitted.clock } };
}

/** Shown but not logged: a log is a function of the configuration, unlike a full disk or an unreachable server. */
function* warnings(messages: readonly string[]): Generator<RunEvent> {
  for (const message of messages) yield stamp({ type: "warning", message });
}

/**
 * The run's configuration: the given one or that of the resumed run, which must agree; and the requested number of members, if it is more
 * than before.
 */
export async function configOf(
  config: Config | undefined,
  { container, resume }: Pick<TrainOptions, "container" | "resume">,
): Promise<{ readonly config: ResolvedConfig; readonly members?: number }> {
  if (resume === undefined) return { config: await settleBackend(await findGiven(resolveConfig(config ?? {}, container)), container) };
  const saved = resolveConfig((await readExperiment(resume)).config, container);
  const copy = startFolder(resume); // the copy of `init` in a run that has started
  const resumed = saved.init !== undefined && existsSync(join(copy, "start.json")) ? { ...saved, init: copy } : saved;
  if (config === undefined || Object.keys(config).every((key) => key === "plugins")) return { config: resumed };
  const resolved = resolveConfig(config, container);
  const asked = resolved.backend.name === AUTO ? { ...resolved, backend: saved.backend } : resolved;
  // Given members may have moved since; those that the run no longer needs are not searched.
  const given = JSON.stringify(asked.given) === JSON.stringify(saved.given) ? asked : await findGiven(asked);
  const [wanted, had] = [given, saved].map((one) => comparable(one, container)) as [Json, Json];
  const differing = Object.keys({ ...wanted, ...had }).filter((key) => JSON.stringify(wanted[key]) !== JSON.stringify(had[key]));
  const own = { ...resumed, dataset: asked.dataset, listeners: asked.listeners, backend: asked.backend };
  if (differing.length === 1 && differing[0] === "members" && isLonger(resolved, saved)) {
    await refuseMoreMembers(resume);
    return { config: own, members: resolved.members.length };
  }
  if (differing.length > 0) {
    const [key = ""] = differing;
    if (differing.every((key) => key === "stopWhen" || key === "members") && differing.includes("stopWhen")) {
      const take = resolved.validation > 0 ? ` It may take the members of this one by given=${resume}.` : "";
      throw new UserError(
        `run folder ${resume}: was made with stopWhen=${JSON.stringify(had["stopWhen"])}, now ${JSON.stringify(wanted["stopWhen"])} is asked for. ` +
          `A run ends by the rule that it was made with: start a new one, without --resume.${take}`,
      );
    }
    throw new UserError(
      `run folder ${resume}: was made with ${key}=${JSON.stringify(had[key])}, now ${key}=${JSON.stringify(wanted[key])} is asked for` +
        `${differing.length > 1 ? ` (and ${differing.slice(1).join(", ")} differ too)` : ""}. Resume without settings, or start a new run.`,
    );
  }
  return { config: own };
}

type Json = Readonly<Record<string, unknown>>;

/** The part of a configuration that affects a run's bytes: without listeners, plugin packages, paths of data, and cores and devices. */
function comparable(config: ResolvedConfig, container: DependencyContainer): Json {
  const { listeners: _listeners, plugins: _plugins, ...rest } = withAbsolutePaths(config);
  const places = placeOptions(config.dataset, container);
  const { machineOptions = [] } = container.resolve(BACKENDS).create(config.backend);
  return asConfig({
    ...rest,
    dataset: without(config.dataset, places),
    backend: without(config.backend, machineOptions),
  } as ResolvedConfig);
}

async function readStartFiles(folder: string): Promise<Record<string, Uint8Array>> {
  const names = ["weights.bin", "model.json"];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)));
}
