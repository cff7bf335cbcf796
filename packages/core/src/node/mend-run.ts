import { existsSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { Spec } from "../registry.ts";
import type { GivenMembers } from "../train/given-members.ts";
import { buildMember, countRows, memberLogits } from "../train/member-trainer.ts";
import { weightsFit, writeWeights } from "../train/model-weights.ts";
import { type ResolvedConfig, resolveConfig, settingsOf } from "../train/resolve-config.ts";
import type { Checkpoint, MemberLogits } from "../train/run-store.ts";
import { UserError } from "../user-error.ts";
import { checkRun, type Damage, type RunReport } from "./check-run.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-file.ts";
import { checksum } from "./checksum.ts";
import { readExperiment } from "./experiment.ts";
import { disk } from "./file-system.ts";
import { loadDataset } from "./load-dataset.ts";
import { encodeMember, type SavedMember } from "./member-file.ts";
import { mendLog } from "./mend-log.ts";
import { readModelFiles } from "./model-files.ts";
import { writePreprocessing } from "./preprocessing-file.ts";
import { readLogits, readMemberRecord } from "./read-member.ts";
import { type Replay, replayRun } from "./replay-run.ts";
import { readRunFacts, type RunFacts } from "./run-facts.ts";
import { lockRun } from "./run-lock.ts";
import { aheadFile, checkpointFile, memberFolder, RUN_FOLDERS, sampleWeightsFile } from "./run-paths.ts";
import { refuseOtherData } from "./same-data.ts";
import { writeValidationLabels } from "./validation-labels.ts";
import { writeAside } from "./write-aside.ts";

export interface MendOptions {
  /** Holds the registries, with the run's plugins loaded. */
  readonly container: DependencyContainer;
  /** Where the data are now. */
  readonly dataset?: Spec;
  readonly backend?: Spec;
  /** Takes the run over from the process that its lock names. Default false. */
  readonly takeOver?: boolean;
  onProgress?(progress: { readonly what: string; readonly done: number; readonly total: number }): void;
}

export interface MendedRun {
  /** What was repaired, one sentence each. */
  readonly mended: readonly string[];
  /** Why some files could not be recomputed from others, one sentence each. */
  readonly refused: readonly string[];
  /** The state of the run afterwards. */
  readonly report: RunReport;
}

/**
 * Recomputes what a run lacks, as far as it follows from intact files: logits from weights; records, sample weights and votes by replaying
 * the scheme; the log from both; preprocessing from the data. What only training could recover is left as it is.
 * @throws UserError if the run is in use, or the data differ from those of the run
 */
export async function mendRun(folder: string, options: MendOptions): Promise<MendedRun> {
  const mended: string[] = [];
  const refused: string[] = [];
  const lock = await lockRun(folder, options);
  try {
    const before = await checkRun(folder);
    for (const sub of RUN_FOLDERS) await disk.mkdir(join(folder, sub));
    for (const name of before.leftOver.filter((name) => name.endsWith(".part"))) {
      await rm(join(folder, name), { force: true });
      mended.push(`${name}: removed what was left of a file half written.`);
    }
    for (const { member = 0 } of before.damaged.filter(({ kind }) => kind === "ahead")) {
      await rm(aheadFile(folder, member), { force: true });
      mended.push(`${relative(folder, aheadFile(folder, member))}: removed; member ${member} will be trained from its beginning.`);
    }
    if (before.damaged.some(({ kind, mendable }) => mendable && kind !== "ahead")) {
      await recompute(before, options, { mended: (what) => mended.push(what), refused: (why) => refused.push(why) });
    }
  } finally {
    await lock.release();
  }
  return { mended, refused, report: await checkRun(folder) };
}

interface Outcome {
  mended(what: string): void;
  refused(why: string): void;
}

async function recompute(
  { folder, damaged, expected }: RunReport,
  { container, dataset, backend, onProgress }: MendOptions,
  outcome: Outcome,
): Promise<void> {
  const { config: saved, origin } = await readExperiment(folder);
  const config = resolveConfig({ ...saved, ...(dataset ? { dataset } : {}), ...(backend ? { backend } : {}) }, container);
  await container.resolve(BACKENDS).create(config.backend).activate();
  const loading = loadDataset(config, container);
  let loaded = await loading.next();
  while (!loaded.done) {
    if (loaded.value.type === "progress") onProgress?.(loaded.value);
    loaded = await loading.next();
  }
  const data = loaded.value;
  const run: Mending = {
    folder,
    config,
    data,
    container,
    facts: await readRunFacts(folder),
    imported: origin !== undefined,
    onProgress,
    outcome,
  };
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      outcome.refused(error.message);
    }
  };
  try {
    await refuseOtherData(folder, { data, dataset: config.dataset, container });
    const of = (kind: Damage["kind"]): readonly Damage[] => damaged.filter((damage) => damage.kind === kind && damage.mendable);
    if (of("preprocessing").length > 0) {
      await writePreprocessing(folder, data);
      outcome.mended("preprocessing.safetensors: written again from the data.");
    }
    if (of("labels").length > 0) {
      await writeValidationLabels(folder, data);
      outcome.mended("labels.safetensors: written again from the data.");
    }
    for (const member of new Set(of("logits").map(({ member = 0 }) => member))) await attempt(() => mendLogits(run, member));
    const others = damaged.filter(({ kind }) => kind === "record" || kind === "sampleWeights" || kind === "log" || kind === "checkpoint");
    if (others.length > 0) await attempt(() => mendByReplay(run, expected, others));
  } finally {
    data.dispose?.();
  }
}

interface Mending {
  readonly folder: string;
  readonly config: ResolvedConfig;
  readonly data: LoadedDataset;
  readonly container: DependencyContainer;
  readonly facts: RunFacts;
  readonly imported: boolean;
  readonly onProgress: MendOptions["onProgress"];
  readonly outcome: Outcome;
}

/** Runs a member on every split again. */
async function computeLogits(run: Mending, member: number, sums: SavedMember["files"]): Promise<MemberLogits> {
  const weights = await readModelFiles(memberFolder(run.folder, member), sums);
  const model = buildMember(run, member, settingsOf(run.config, member));
  try {
    if (!weightsFit(model, weights)) {
      throw new UserError(
        `${memberFolder(run.folder, member)}: its weights do not fit the net that experiment.json names. Was that changed?`,
      );
    }
    writeWeights(model, weights);
    const scoring = memberLogits(run, model, member);
    let next = await scoring.next();
    for (; !next.done; next = await scoring.next()) {
      run.onProgress?.({ what: `logits of member ${member}`, done: next.value, total: countRows(run.data) });
    }
    return next.value;
  } finally {
    model.dispose();
  }
}

async function mendLogits(run: Mending, member: number): Promise<void> {
  const folder = memberFolder(run.folder, member);
  const saved = await readMemberRecord(run.folder, member, run.facts);
  const contents = logitsFiles(await computeLogits(run, member, saved.files));
  for (const [name, bytes] of Object.entries(contents)) await writeAside(join(folder, name), bytes);
  const sums = Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [name, checksum(bytes)]));
  const other = Object.keys(sums).filter((name) => saved.files[name] !== undefined && saved.files[name] !== sums[name]);
  if (other.length > 0) await writeAside(join(folder, "member.json"), encodeMember({ ...saved, files: { ...saved.files, ...sums } }));
  run.outcome.mended(
    `${relative(run.folder, folder)}: logits computed again from the weights` +
      (other.length === 0 ? "." : `; ${other.join(", ")}: other bits than when it was trained, as another machine or backend gives.`),
  );
}

function logitsFiles(logits: MemberLogits): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(logits as unknown as Readonly<Record<string, Float32Array>>).map(([split, { buffer, byteOffset, byteLength }]) => [
      `logits.${split}.f32`,
      new Uint8Array(buffer, byteOffset, byteLength),
    ]),
  );
}

async function mendByReplay(run: Mending, trained: number, damaged: readonly Damage[]): Promise<void> {
  const { folder, facts, outcome } = run;
  const isDamaged = (kind: Damage["kind"], member?: number): boolean =>
    damaged.some((damage) => damage.kind === kind && (member === undefined || damage.member === member));
  const saved = new Map<number, SavedMember>();
  const members = Array.from({ length: trained }, (_, member) => member);
  for (const member of members) if (!isDamaged("record", member)) saved.set(member, await readMemberRecord(folder, member, facts));
  const replay = await replayRun({
    ...run,
    given: givenTo(run, trained, saved),
    members: members.map((member) => async () => {
      const known = saved.get(member);
      const weights = await readModelFiles(memberFolder(folder, member), known?.files);
      return { weights, bestEpoch: known?.record.bestEpoch ?? -1, logits: await logitsOf(run, member, known) };
    }),
  });
  for (const [member, { record }] of saved) {
    const found = replay.records.get(member);
    if (!found || (found.alpha === record.alpha && found.error === record.error)) continue;
    throw new UserError(
      `${memberFolder(folder, member)}: the scheme gives the member alpha ${found.alpha}, error ${found.error} now, but member.json holds ${record.alpha}, ${record.error}. ` +
        "Was the scheme's plugin changed, or is this another machine or backend? Nothing is computed from other numbers.",
    );
  }
  for (const [member, weights] of replay.sampleWeights) {
    if (!isDamaged("sampleWeights", member)) continue;
    await writeAside(sampleWeightsFile(folder, member), bytesOf(weights));
    outcome.mended(`${relative(folder, sampleWeightsFile(folder, member))}: computed again by the scheme.`);
  }
  for (const [member, record] of replay.records) {
    if (!isDamaged("record", member)) continue;
    const sampleWeights = replay.sampleWeights.get(member);
    const files = await sumsOf(memberFolder(folder, member), facts);
    await writeAside(
      join(memberFolder(folder, member), "member.json"),
      encodeMember({ record, files, ...(sampleWeights ? { sampleWeights: checksum(bytesOf(sampleWeights)) } : {}) }),
    );
    outcome.mended(
      `${relative(folder, memberFolder(folder, member))}/member.json: computed again from weights and logits; which epoch was the best is not known any more.`,
    );
  }
  if (isDamaged("log") || isDamaged("checkpoint")) await mendLogAndCheckpoint(run, trained, replay, isDamaged("checkpoint"));
}

/** The stored logits, if they are verified by a checksum or by weights that give the same ones. */
async function logitsOf(run: Mending, member: number, saved: SavedMember | undefined): Promise<MemberLogits> {
  const { folder, facts } = run;
  const splits = ["train", "test", ...(facts.rows?.validation ? (["validation"] as const) : [])] as const;
  const stored = Object.fromEntries(
    await Promise.all(splits.map(async (split) => [split, await readLogits(folder, member, split, facts, saved?.files ?? {})] as const)),
  ) as unknown as MemberLogits;
  if (saved) return stored;
  const computed = logitsFiles(await computeLogits(run, member, {}));
  const other = Object.entries(logitsFiles(stored)).find(([name, bytes]) => checksum(bytes) !== checksum(computed[name] ?? ""));
  if (!other) return stored;
  throw new UserError(
    `${memberFolder(folder, member)}: member.json is damaged, and ${other[0]} is not what the weights give, so nothing vouches for the member. Restore its folder from a copy.`,
  );
}

/** Members that were given to the run keep the alphas that they came with. */
function givenTo(
  { folder, config, imported, facts }: Mending,
  trained: number,
  saved: ReadonlyMap<number, SavedMember>,
): GivenMembers | undefined {
  const count = Math.min(trained, imported ? trained : config.given.length);
  if (count === 0) return undefined;
  return {
    origin: {},
    count,
    weights: async (member) => await readModelFiles(memberFolder(folder, member), saved.get(member)?.files),
    async judgement(member) {
      const alpha = imported ? saved.get(member)?.record.alpha : undefined;
      const next = sampleWeightsFile(folder, member + 1);
      const bytes = imported && existsSync(next) ? await readFile(next) : undefined;
      const whole = bytes && bytes.length === 8 * (facts.rows?.train ?? Number.NaN);
      return {
        ...(alpha === undefined ? {} : { alpha }),
        ...(whole ? { sampleWeights: new Float64Array(Uint8Array.from(bytes).buffer) } : {}),
      };
    },
  };
}

async function mendLogAndCheckpoint(
  { folder, outcome }: Mending,
  trained: number,
  replay: Replay,
  isCheckpointDamaged: boolean,
): Promise<void> {
  const path = checkpointFile(folder);
  const log = join(folder, "events.jsonl");
  if (trained === 0 && (isCheckpointDamaged || !existsSync(path))) {
    await rm(path, { force: true });
    await writeAside(log, "");
    outcome.mended("events.jsonl, checkpoint/latest.safetensors: removed; the run starts from the beginning when it is resumed.");
    return;
  }
  // The scheme stopped at this member, so there is no next one to resume with: it is trained again, to the same bytes.
  const checkpoint: Checkpoint = isCheckpointDamaged
    ? { member: replay.reason === "stopped-by-scheme" ? trained - 1 : trained }
    : decodeCheckpoint(await readFile(path), path).checkpoint;
  const experiment = join(folder, "experiment.json");
  const { covered, rest } = await mendLog(log, replay, checkpoint, Math.round((await stat(experiment)).mtimeMs));
  await writeAside(log, covered + rest);
  const sampleWeights = replay.sampleWeights.get(Math.max(0, checkpoint.member));
  if (isCheckpointDamaged && sampleWeights) await writeAside(sampleWeightsFile(folder, checkpoint.member), bytesOf(sampleWeights));
  const bytes = encodeCheckpoint({
    checkpoint,
    covered: {
      events: Buffer.byteLength(covered),
      eventsSha256: checksum(covered),
      ...(sampleWeights ? { sampleWeightsSha256: checksum(bytesOf(sampleWeights)) } : {}),
      experimentSha256: checksum(await readFile(experiment)),
    },
    ahead: [],
  });
  await writeAside(path, bytes);
  outcome.mended("events.jsonl: rebuilt from what can be read of it and from the members; steps and epochs that were lost stay so.");
  if (isCheckpointDamaged)
    outcome.mended(`checkpoint/latest.safetensors: rebuilt before member ${checkpoint.member}, which restarts if it was in training.`);
}

/** @throws UserError if a file is missing */
async function sumsOf(folder: string, { rows }: RunFacts): Promise<Record<string, string>> {
  const names = [
    "weights.bin",
    "model.json",
    "logits.train.f32",
    "logits.test.f32",
    ...(rows?.validation ? ["logits.validation.f32"] : []),
  ];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, checksum(await readFile(join(folder, name)))] as const)));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
