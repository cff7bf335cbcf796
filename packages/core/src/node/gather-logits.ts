import { join } from "node:path";
import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { LoadedDataset, Split, SplitName } from "../dataset.ts";
import { bytes, count } from "../quantities.ts";
import { winners } from "../staged-vote.ts";
import { checkFinite } from "../train/check-finite.ts";
import { buildMember } from "../train/member-trainer.ts";
import { nameOf } from "../train/memory-advice.ts";
import { mirroredSplit } from "../train/mirrored-split.ts";
import { weightsFit, writeWeights } from "../train/model-weights.ts";
import { partRows } from "../train/part-rows.ts";
import { allRows, predictLogits } from "../train/predict-logits.ts";
import { type ResolvedConfig, settingsOf } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { machineMemory } from "./machine-memory.ts";
import type { SavedMember } from "./member-file.ts";
import { readModelFiles } from "./model-files.ts";
import { readFloats } from "./read-floats.ts";
import { memberFolder } from "./run-paths.ts";
import { type LogitsOfRows, openStoredLogits, rowsOf } from "./stored-logits.ts";

/** `any`: stored logits if they are intact, else computed ones. */
export type LogitsSource = "any" | "stored" | "computed";

export interface GatherTask {
  readonly folder: string;
  readonly config: ResolvedConfig;
  readonly container: DependencyContainer;
  readonly data: LoadedDataset;
  readonly members: readonly SavedMember[];
  /** The requested splits, with their numbers of rows. */
  readonly splits: Readonly<Partial<Record<SplitName, { readonly rows: number; readonly from: LogitsSource }>>>;
  /** Whether computed logits are compared with stored ones. */
  readonly compare: boolean;
  /** Whether to average the logits of each image and its mirror image. */
  readonly mirror: boolean;
  readonly onProgress?: ((progress: { readonly what: string; readonly done: number; readonly total: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Logits of a member, by split. */
export interface Gathered {
  readonly logits: Partial<Record<SplitName, LogitsOfRows>>;
  readonly computed: SplitName[];
  readonly agreement: Partial<Record<SplitName, number>>;
}

/**
 * The logits of members on the rows of splits: stored ones if their checksums match, else computed from the weights.
 * @returns one entry per member, and the reasons why some had to be computed
 * @throws UserError if needed weights are missing or damaged, or if computed logits would exceed memory
 */
export async function gatherLogits(
  task: GatherTask,
): Promise<{ readonly members: readonly Gathered[]; readonly notes: readonly string[] }> {
  const { members, splits, config, container, data } = task;
  const notes: string[] = [];
  const found: Gathered[] = [];
  const files = members.length * namesOf(splits).length;
  for (const member of members) {
    const before = found.length * namesOf(splits).length;
    found.push(
      await takeStored(task, member, notes, (done) => {
        task.signal?.throwIfAborted();
        task.onProgress?.({ what: "reading stored logits, files", done: before + done, total: files });
      }),
    );
  }
  const lacking = found.map(({ logits }) => namesOf(splits).filter((split) => !logits[split]));
  const times = task.mirror ? 2 : 1;
  const total = times * lacking.flat().reduce((sum, split) => sum + splits[split]!.rows, 0);
  if (total > 0) {
    refuseTooMany(task, total);
    await container.resolve(BACKENDS).create(config.backend).activate();
  }
  let before = 0;
  for (const [at, member] of members.entries()) {
    const what = `logits of ${nameOf(member.record.member)} of ${members.length}`;
    const own = found[at]!;
    const onRows = (done: number): void => task.onProgress?.({ what, done: before + done, total });
    for (const [split, { logits, plain }] of await compute(task, member, lacking[at]!, onRows)) {
      own.computed.push(split);
      own.logits[split] = rowsOf(logits, data.labels.length);
      before += times * splits[split]!.rows;
      const stored = task.compare ? await unsignedOf(task, member, split) : undefined;
      if (stored) own.agreement[split] = agreement(plain, stored, data.labels.length);
    }
  }
  return { members: found, notes };
}

function namesOf(splits: GatherTask["splits"]): SplitName[] {
  return Object.keys(splits) as SplitName[];
}

async function takeStored(task: GatherTask, member: SavedMember, notes: string[], onFiles: (done: number) => void): Promise<Gathered> {
  const { members, splits, data } = task;
  const rows = Object.values(splits).reduce((sum, split) => sum + split.rows, 0);
  const keep = 4 * rows * data.labels.length * members.length <= machineMemory() / 8;
  const own: Gathered = { logits: {}, computed: [], agreement: {} };
  for (const [done, split] of namesOf(splits).entries()) {
    const { from } = splits[split]!;
    if (from === "computed") continue;
    onFiles(done);
    try {
      own.logits[split] = await storedOf(task, member, split, keep);
    } catch (error) {
      if (!(error instanceof UserError) || from === "stored") throw error;
      notes.push(`${error.message.split(". ")[0]}; computed from the weights.`);
    }
  }
  return own;
}

/** @throws UserError also if the file has no checksum, as in older runs */
async function storedOf(task: GatherTask, member: SavedMember, split: SplitName, keep: boolean): Promise<LogitsOfRows> {
  const { path, sha256, rows } = fileOf(task, member, split);
  if (sha256 === undefined) throw new UserError(`${path}: has no checksum`);
  return await openStoredLogits(path, { rows, classes: task.data.labels.length, sha256, keep });
}

/** Also reads logits without a checksum, which are good enough for a comparison. Undefined if they are damaged. */
async function unsignedOf(task: GatherTask, member: SavedMember, split: SplitName): Promise<Float32Array | undefined> {
  const { path, sha256, rows } = fileOf(task, member, split);
  const floats = rows * task.data.labels.length;
  return await readFloats(path, { count: { floats, of: `${rows} rows` }, sha256 }).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
}

function fileOf(
  { folder, splits }: GatherTask,
  { record, files }: SavedMember,
  split: SplitName,
): { readonly path: string; readonly sha256: string | undefined; readonly rows: number } {
  const name = `logits.${split}.f32`;
  return { path: join(memberFolder(folder, record.member), name), sha256: files[name], rows: splits[split]!.rows };
}

function refuseTooMany({ folder, data }: GatherTask, rows: number): void {
  const [size, memory] = [4 * rows * data.labels.length, machineMemory()];
  if (size <= memory / 2) return;
  throw new UserError(
    `run folder ${folder}: logits of ${count(rows)} rows have to be computed, ${bytes(size)} of this machine's ${bytes(memory)}. ` +
      'Ask for fewer splits, or store them with "benn fsck --mend".',
  );
}

/** Logits of a split; `plain`: without the mirror images. */
type Computed = readonly [SplitName, { readonly logits: Float32Array; readonly plain: Float32Array }];

/** Runs a member on splits, one after the other. */
async function compute(
  { folder, config, container, data, mirror, signal }: GatherTask,
  { record, files }: SavedMember,
  splits: readonly SplitName[],
  onRows: (done: number) => void,
): Promise<Computed[]> {
  if (splits.length === 0) return [];
  const { member } = record;
  const settings = settingsOf(config, member);
  const weights = await readModelFiles(memberFolder(folder, member), files);
  const model = buildMember({ config, data, container }, member, settings);
  let before = 0;
  const logitsOf = async (split: Split, of: string): Promise<Float32Array> => {
    const { length } = split.labels;
    const options = { who: `${nameOf(member)}, ${of} images`, batchSize: partRows(config), shape: data.shape, classes: data.labels.length };
    const scoring = predictLogits(model, split, allRows(length), { ...options, before });
    before += length;
    for (;;) {
      const next = await scoring.next();
      if (next.done) return next.value;
      signal?.throwIfAborted();
      onRows(next.value);
    }
  };
  try {
    if (!weightsFit(model, weights))
      throw new UserError(
        `run folder ${folder}: the weights of member ${member} do not fit ${settings.architecture.name} as it is configured. Was experiment.json changed?`,
      );
    checkFinite(nameOf(member), weights, "Retrain it.");
    writeWeights(model, weights);
    const computed: Computed[] = [];
    for (const name of splits) {
      const split = data[name]!;
      const plain = await logitsOf(split, WORDS[name]);
      const mirrored = mirror ? await logitsOf(mirroredSplit(split, data.shape), `mirrored ${WORDS[name]}`) : undefined;
      computed.push([name, { plain, logits: mirrored ? plain.map((logit, i) => (logit + mirrored[i]!) / 2) : plain }]);
    }
    return computed;
  } finally {
    model.dispose();
  }
}

const WORDS: Readonly<Record<SplitName, string>> = { train: "training", validation: "validation", test: "test" };

function agreement(logits: Float32Array, stored: Float32Array, classes: number): number {
  const now = winners(logits, classes);
  const then = winners(stored, classes);
  return now.filter((winner, row) => winner === then[row]).length / now.length;
}
