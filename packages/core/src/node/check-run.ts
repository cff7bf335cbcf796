import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";
import { decodeCheckpoint, type SavedCheckpoint } from "./checkpoint-file.ts";
import { readEntries } from "./event-log.ts";
import { readExperiment } from "./experiment.ts";
import { fileError } from "./file-error.ts";
import { readModelFiles } from "./model-files.ts";
import { membersOf } from "./open-run.ts";
import { readPreprocessing } from "./preprocessing-file.ts";
import { readLogits, readMemberRecord } from "./read-member.ts";
import { readRunFacts, type RunFacts } from "./run-facts.ts";
import { isTraining } from "./run-lock.ts";
import { aheadFile, checkpointFile, memberAhead, memberFolder, sampleWeightsFile } from "./run-paths.ts";
import { readStart } from "./start-model.ts";
import { surveyRun } from "./survey-run.ts";
import { readValidationLabels, validationLabelsFile } from "./validation-labels.ts";

/** A defect in the files of a run. */
export interface Damage {
  /** Path relative to the run folder. */
  readonly path: string;
  readonly kind:
    | "experiment"
    | "preprocessing"
    | "labels"
    | "start"
    | "record"
    | "weights"
    | "logits"
    | "sampleWeights"
    | "checkpoint"
    | "ahead"
    | "log"
    | "member";
  readonly member?: number;
  /** A sentence. */
  readonly reason: string;
  /** Whether it can be recomputed from intact files. */
  readonly mendable: boolean;
}

export interface RunReport {
  readonly folder: string;
  /** Undefined if experiment.json is damaged. */
  readonly format?: number;
  /** Whether a process is training the run; files may then change during the check. */
  readonly training: boolean;
  /** Planned and trained members. */
  readonly members: number;
  readonly trained: readonly number[];
  /** How many of the first members should exist, by the log, the checkpoint and the folders. */
  readonly expected: number;
  /** Files whose checksums and lengths are right. */
  readonly whole: readonly string[];
  /** Files without a checksum, as in runs of older versions; their lengths are right. */
  readonly unsigned: readonly string[];
  readonly damaged: readonly Damage[];
  /** Incomplete files that a killed process left behind. Nothing reads them. */
  readonly leftOver: readonly string[];
}

/**
 * Checks every file of a run against its checksum and its length. Changes nothing.
 * @throws UserError if the folder does not exist or is not a run
 */
export async function checkRun(folder: string): Promise<RunReport> {
  const whole: string[] = [];
  const unsigned: string[] = [];
  const damaged: Damage[] = [];
  const report = { folder, training: await isTraining(folder), whole, unsigned, damaged, leftOver: await leftOver(folder) };
  /** Reads a file; `signed`: whether it has a checksum. */
  const look = async <T>(
    path: string,
    damage: Pick<Damage, "kind" | "member" | "mendable">,
    read: () => Promise<T>,
    signed: (value: T) => boolean = () => true,
  ): Promise<T | undefined> => {
    const name = relative(folder, path);
    try {
      const value = await read();
      (signed(value) ? whole : unsigned).push(name);
      return value;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      damaged.push({ path: name, ...damage, reason: error.message });
      return undefined;
    }
  };

  if (!existsSync(join(folder, "experiment.json"))) await readExperiment(folder); // throws: not a run
  const experiment = await look(join(folder, "experiment.json"), { kind: "experiment", mendable: false }, () => readExperiment(folder));
  if (!experiment) return { ...report, members: 0, trained: [], expected: 0 };
  const facts = await readRunFacts(folder);
  const { trained, logged, checkpointed } = await surveyRun(folder);
  const { preprocessing } = experiment.data ?? {};
  if (preprocessing !== undefined) {
    const path = join(folder, "preprocessing.safetensors");
    await look(path, { kind: "preprocessing", mendable: true }, () => readPreprocessing(folder, preprocessing));
  }
  const held = experiment.data?.rows.validation;
  if (held !== undefined) {
    await look(validationLabelsFile(folder), { kind: "labels", mendable: true }, () => readValidationLabels(folder, held));
  }
  if (existsSync(join(folder, "start"))) {
    await look(
      join(folder, "start"),
      { kind: "start", mendable: false },
      () => readStart(folder),
      () => facts.format >= 2,
    );
  }
  const expected = Math.max(logged, checkpointed ?? 0, (trained.at(-1) ?? -1) + 1);
  for (let member = 0; member < expected; member++) {
    await lookAtMember(folder, member, facts, look);
  }
  const path = checkpointFile(folder);
  const begun = trained.length > 0 || checkpointed !== undefined;
  const saved =
    begun || existsSync(path)
      ? await look(path, { kind: "checkpoint", mendable: true }, async () => decodeCheckpoint(await bytesOf(path), path), isSigned)
      : undefined;
  for (const name of await readdir(join(folder, "checkpoint")).catch(() => [])) {
    const member = memberAhead(name);
    if (member === undefined) continue;
    const ahead = aheadFile(folder, member);
    await look(ahead, { kind: "ahead", member, mendable: true }, async () => decodeCheckpoint(await bytesOf(ahead), ahead));
  }
  if (saved) await lookAtNext(folder, saved, facts, look);
  const log = join(folder, "events.jsonl");
  await look(
    log,
    { kind: "log", mendable: true },
    () => checkLog(log, trained, saved),
    (signed) => signed,
  );
  return { ...report, format: facts.format, members: membersOf(experiment.config), trained, expected };
}

type Look = <T>(
  path: string,
  damage: Pick<Damage, "kind" | "member" | "mendable">,
  read: () => Promise<T>,
  signed?: (value: T) => boolean,
) => Promise<T | undefined>;

async function lookAtMember(folder: string, member: number, facts: RunFacts, look: Look): Promise<void> {
  const own = memberFolder(folder, member);
  if (!existsSync(own)) {
    await look(own, { kind: "member", member, mendable: false }, () =>
      Promise.reject(new UserError(`${own}: is missing. Copy it from where the run was trained.`)),
    );
    return;
  }
  const record = await look(
    join(own, "member.json"),
    { kind: "record", member, mendable: true },
    () => readMemberRecord(folder, member, facts),
    ({ files }) => "model.json" in files,
  );
  const files = record?.files ?? {};
  const weights = await look(
    join(own, "weights.bin"),
    { kind: "weights", member, mendable: false },
    () => readModelFiles(own, files),
    () => files["weights.bin"] !== undefined,
  );
  for (const split of ["train", "validation", "test"] as const) {
    const name = `logits.${split}.f32`;
    if (split === "validation" && !facts.rows?.validation && !existsSync(join(own, name))) continue;
    const damage = { kind: "logits", member, mendable: weights !== undefined && record !== undefined } as const;
    await look(
      join(own, name),
      damage,
      () => readLogits(folder, member, split, facts, files),
      () => files[name] !== undefined,
    );
  }
  await lookAtSampleWeights(folder, member, facts, record?.sampleWeights, look);
}

/** The sample weights of the next member have their checksum in the checkpoint. */
async function lookAtNext(folder: string, { checkpoint, covered }: SavedCheckpoint, facts: RunFacts, look: Look): Promise<void> {
  const member = Math.max(0, checkpoint.member);
  if (existsSync(join(memberFolder(folder, member), "member.json"))) return;
  await lookAtSampleWeights(folder, member, facts, covered.sampleWeightsSha256, look);
}

async function lookAtSampleWeights(
  folder: string,
  member: number,
  { rows }: RunFacts,
  sha256: string | undefined,
  look: Look,
): Promise<void> {
  const path = sampleWeightsFile(folder, member);
  const read = async (): Promise<void> => {
    const bytes = await bytesOf(path);
    const wanted = rows ? 8 * rows.train : bytes.length;
    if (bytes.length !== wanted) throw new UserError(`${path}: has ${bytes.length} bytes, but ${rows?.train} samples take ${wanted}.`);
    const found = checksum(bytes);
    if (sha256 !== undefined && found !== sha256)
      throw new UserError(`${path}: has SHA-256 ${found}, not ${sha256} as when it was written.`);
  };
  await look(path, { kind: "sampleWeights", member, mendable: true }, read, () => sha256 !== undefined);
}

/**
 * Reads the whole log.
 * @returns whether a checksum covers it
 * @throws UserError if a line is not an event, or if an event is missing that members or the checkpoint imply
 */
async function checkLog(path: string, trained: readonly number[], saved: SavedCheckpoint | undefined): Promise<boolean> {
  let line = 0;
  let started = false;
  const damaged: number[] = [];
  const ended = new Set<number>();
  for await (const { event } of readEntries(path, { follow: false })) {
    line += 1;
    if (event === "damaged") damaged.push(line);
    else if (event !== "later") {
      if (line === 1) started = event.type === "run-start";
      if (event.type === "member-end") ended.add(event.member);
    }
  }
  if (damaged.length > 0)
    throw new UserError(
      `${path}: ${damaged.length === 1 ? "line" : "lines"} ${damaged.slice(0, 5).join(", ")}${damaged.length > 5 ? " …" : ""} of ${line} ${damaged.length === 1 ? "is no event" : "are no events"}.`,
    );
  if (!started && (trained.length > 0 || saved)) throw new UserError(`${path}: does not begin with the start of the run.`);
  const lacking = trained.slice(0, -1).find((member) => !ended.has(member)); // the last member may have been saved but not logged yet
  if (lacking !== undefined) throw new UserError(`${path}: lacks the end of member ${lacking}, which is trained.`);
  const { events, eventsSha256 } = saved?.covered ?? { events: 0, eventsSha256: undefined };
  const bytes = await bytesOf(path);
  if (bytes.length < events) throw new UserError(`${path}: has ${bytes.length} bytes, the checkpoint covers ${events}.`);
  if (eventsSha256 !== undefined && checksum(bytes.subarray(0, events)) !== eventsSha256) {
    throw new UserError(`${path}: its first ${events} bytes are not as they were when the checkpoint was written.`);
  }
  return eventsSha256 !== undefined;
}

function isSigned({ covered }: SavedCheckpoint): boolean {
  return covered.eventsSha256 !== undefined;
}

async function leftOver(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.filter((name) => /\.part$|^lock\.json\./.test(name)).toSorted();
}

async function bytesOf(path: string): Promise<Buffer> {
  return await readFile(path).catch((error: unknown) => {
    throw fileError(path, "read", error);
  });
}
