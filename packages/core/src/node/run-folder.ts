import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { LayersModel } from "../tensorflow.ts";
import type { RunEvent } from "../events.ts";
import type { WeightValues } from "../train/model-weights.ts";
import type { AheadCheckpoint, Checkpoint, MemberLogits, MemberRecord, RunStore } from "../train/run-store.ts";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";
import { type Covered, decodeCheckpoint, encodeCheckpoint } from "./checkpoint-file.ts";
import { EventLog, readEntries, readEvents } from "./event-log.ts";
import { fileError } from "./file-error.ts";
import { disk, type FileSystem } from "./file-system.ts";
import { encodeMember } from "./member-file.ts";
import { encodeModel } from "./model-files.ts";
import { readMember } from "./read-member.ts";
import { readRunFacts } from "./run-facts.ts";
import { lockRun, type RunLock } from "./run-lock.ts";
import { aheadFile, checkpointFile, memberAhead, memberFolder, RUN_FOLDERS, sampleWeightsFile } from "./run-paths.ts";
import { readStart, writeStart } from "./start-model.ts";
import { surveyRun } from "./survey-run.ts";
import { mayPass, tryAgain } from "./try-again.ts";
import { writeAside } from "./write-aside.ts";

export interface RunFolderOptions {
  /** Takes the run over from the process that holds it. */
  readonly takeOver?: boolean | undefined;
  readonly files?: FileSystem | undefined;
  /** Whether a checkpoint that cannot be written ends the run: true if the run is about to stop, since no later one follows. */
  readonly isStopping?: (() => boolean) | undefined;
}

/** A run stored as a folder; docs/run-format.md defines it to the byte. */
export class RunFolder implements RunStore {
  readonly path: string;
  readonly #log: EventLog;
  readonly #lock: RunLock;
  readonly #files: FileSystem;
  readonly #isStopping: () => boolean;
  readonly #warnings: string[] = [];
  /** SHA-256 of the sample weights, by the member that is trained with them. */
  readonly #sampleWeights = new Map<number, string>();
  #experiment: string | undefined;
  /** Number of consecutive checkpoints that could not be written. */
  #refused = 0;

  private constructor(path: string, log: EventLog, lock: RunLock, { files = disk, isStopping = () => false }: RunFolderOptions) {
    this.path = path;
    this.#log = log;
    this.#lock = lock;
    this.#files = files;
    this.#isStopping = isStopping;
  }

  /**
   * Opens a run folder for writing, and creates it if necessary.
   * @throws UserError if another process writes it, or the system refuses
   */
  static async open(path: string, options: RunFolderOptions = {}): Promise<RunFolder> {
    const { files = disk } = options;
    try {
      for (const folder of [path, ...RUN_FOLDERS.map((sub) => join(path, sub))]) await files.mkdir(folder);
      await files.syncFolder(path);
      await files.syncFolder(dirname(path));
    } catch (error) {
      throw fileError(path, "made", error);
    }
    const lock = await lockRun(path, options);
    try {
      await removeHalfWritten(join(path, "checkpoint"), files);
      return new RunFolder(path, await EventLog.open(join(path, "events.jsonl"), files), lock, options);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#log.close();
    await this.#lock.release();
  }

  get name(): string {
    return basename(this.path);
  }

  /** Warnings since the last call, about writes that will be retried, and about unexpected files. */
  takeWarnings(): string[] {
    return [...this.#log.takeWarnings(), ...this.#warnings.splice(0)];
  }

  async append(event: RunEvent): Promise<void> {
    await this.#log.append(event);
  }

  /** How many events of the member the log holds. */
  async countEvents(member: number): Promise<number> {
    await this.flush();
    let count = 0;
    const words = [`"member":${member}`];
    for await (const { event } of readEntries(join(this.path, "events.jsonl"), { follow: false, words }))
      if (typeof event !== "string" && "member" in event && event.member === member) count += 1;
    return count;
  }

  /** Writes what the disk has refused so far. */
  async flush(): Promise<void> {
    await tryAgain(() => this.#log.sync());
  }

  /**
   * If the system refuses a checkpoint within a member, this is only a warning: the previous one remains, and the next one follows soon.
   */
  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    const write = async (): Promise<void> => {
      await this.#log.sync(); // the checkpoint covers the log up to its size
      await this.#write(checkpointFile(this.path), encodeCheckpoint({ checkpoint, covered: await this.#covered(checkpoint), ahead: [] }));
    };
    if (!checkpoint.training || this.#isStopping()) return await tryAgain(write);
    await this.#tryOnce(write);
  }

  async #covered({ member }: Checkpoint): Promise<Covered> {
    const { bytes, sha256 } = this.#log.extent;
    const sampleWeights = this.#sampleWeights.get(Math.max(0, member));
    this.#experiment ??= await this.#experimentSum();
    return {
      events: bytes,
      eventsSha256: sha256,
      ...(sampleWeights === undefined ? {} : { sampleWeightsSha256: sampleWeights }),
      ...(this.#experiment === undefined ? {} : { experimentSha256: this.#experiment }),
    };
  }

  async #experimentSum(): Promise<string | undefined> {
    const path = join(this.path, "experiment.json");
    return existsSync(path) ? checksum(await readFile(path)) : undefined;
  }

  async #tryOnce(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      if (this.#refused > 1)
        this.#warnings.push(`run folder ${this.path}: a checkpoint is written again, after ${this.#refused} that were not.`);
      this.#refused = 0;
    } catch (error) {
      if (!(error instanceof Error) || !mayPass(error)) throw error;
      if (this.#refused++ === 0) this.#warnings.push(`${error.message} The checkpoint before stands; the next one is tried in its turn.`);
    }
  }

  async restore(): Promise<Checkpoint | undefined> {
    const path = checkpointFile(this.path);
    if (!existsSync(path)) {
      await this.#refuseLostCheckpoint();
      await this.#log.cut(0);
      return undefined;
    }
    const { checkpoint, covered } = decodeCheckpoint(await this.#read(path), path);
    const { events, eventsSha256, sampleWeightsSha256, experimentSha256 } = covered;
    if (events > this.#log.extent.bytes) {
      throw new UserError(
        `${this.path}: events.jsonl has ${this.#log.extent.bytes} bytes, the checkpoint covers ${events}. The log was cut; rebuild it from the members with "benn fsck ${this.path} --mend".`,
      );
    }
    await this.#log.cut(events);
    if (eventsSha256 !== undefined && this.#log.extent.sha256 !== eventsSha256) {
      this.#warnings.push(
        `${this.path}: events.jsonl is not as it was when the checkpoint was written. The members do not depend on it; "benn fsck" checks it.`,
      );
    }
    if (experimentSha256 !== undefined && (await this.#experimentSum()) !== experimentSha256) {
      this.#warnings.push(
        `${this.path}: experiment.json is not as it was when the checkpoint was written. The run continues with its present contents.`,
      );
    }
    if (sampleWeightsSha256 !== undefined) this.#sampleWeights.set(Math.max(0, checkpoint.member), sampleWeightsSha256);
    return checkpoint;
  }

  async announcedMembers(): Promise<number | undefined> {
    let members: number | undefined;
    for await (const event of readEvents(join(this.path, "events.jsonl"), { follow: false, only: ["run-start", "members-added"] })) {
      if (event.type === "run-start") members = event.members.length;
      else if (event.type === "members-added" && members !== undefined) members += event.members.length;
    }
    return members;
  }

  /** A run that has reached its second member or its end has a checkpoint. Without it, everything would silently be trained again. */
  async #refuseLostCheckpoint(): Promise<void> {
    const { trained, logged, ended } = await surveyRun(this.path);
    if (trained.length < 2 && logged < 2 && !ended) return;
    throw new UserError(
      `run folder ${this.path}: has ${trained.length} trained members but no checkpoint/latest.safetensors. Was it copied in part? Copy it whole, or go back to its last member with "benn fsck ${this.path} --mend".`,
    );
  }

  async saveAhead(member: number, { training, events }: AheadCheckpoint): Promise<void> {
    const bytes = encodeCheckpoint({ checkpoint: { member, training }, covered: { events: 0 }, ahead: events });
    const write = (): Promise<void> => this.#write(aheadFile(this.path, member), bytes);
    await (this.#isStopping() ? tryAgain(write) : this.#tryOnce(write));
  }

  /** A damaged checkpoint is skipped with a warning: the member is trained from its beginning, to the same bytes. */
  async loadAhead(member: number): Promise<AheadCheckpoint | undefined> {
    const path = aheadFile(this.path, member);
    if (!existsSync(path)) return undefined;
    try {
      const { checkpoint, ahead } = decodeCheckpoint(await this.#read(path), path);
      if (checkpoint.member === member) return checkpoint.training && { training: checkpoint.training, events: ahead };
      this.#warnings.push(`${path}: is of member ${checkpoint.member}. Member ${member} is trained from its beginning.`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#warnings.push(`${error.message} Member ${member} is trained from its beginning.`);
    }
    return undefined;
  }

  async saveMember(
    record: MemberRecord,
    { model, weights, logits }: { model: LayersModel; weights: WeightValues; logits: MemberLogits },
  ): Promise<void> {
    const folder = memberFolder(this.path, record.member);
    const contents: Record<string, string | Uint8Array> = encodeModel(model, weights);
    for (const [split, values] of Object.entries(logits) as [string, Float32Array][]) contents[`logits.${split}.f32`] = bytesOf(values);
    const sums = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, checksum(content)]));
    const sampleWeights = this.#sampleWeights.get(record.member);
    // member.json is written last, because it holds the checksums of the others.
    contents["member.json"] = encodeMember({ record, files: sums, ...(sampleWeights === undefined ? {} : { sampleWeights }) });
    await tryAgain(() => this.#makeFolder(folder));
    for (const [name, content] of Object.entries(contents)) await tryAgain(() => this.#write(join(folder, name), content));
    await this.#remove(aheadFile(this.path, record.member));
  }

  async removeAhead(): Promise<void> {
    const folder = join(this.path, "checkpoint");
    for (const name of await readdir(folder)) if (memberAhead(name) !== undefined) await this.#remove(join(folder, name));
  }

  async #remove(path: string): Promise<void> {
    await this.#files.remove(path).catch((error: unknown) => {
      if (!mayPass(error)) throw error;
      this.#warnings.push(`${path}: cannot be removed. It is of no use any more.`);
    });
  }

  async loadMember(member: number): Promise<{ record: MemberRecord; weights: WeightValues; logits: MemberLogits }> {
    const { sampleWeights, ...loaded } = await readMember(this.path, member);
    if (sampleWeights !== undefined) this.#sampleWeights.set(member, sampleWeights);
    return loaded;
  }

  async saveStart(model: LayersModel, weights: WeightValues): Promise<void> {
    await this.keepStart(encodeModel(model, weights));
  }

  /** Stores the unchanged files of a model as the one that the first sequential member starts from. */
  async keepStart(contents: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    await tryAgain(() => this.#makeFolder(join(this.path, "start")));
    await writeStart(this.path, contents, (path, content) => tryAgain(() => this.#write(path, content)));
  }

  loadStart(): Promise<WeightValues> {
    return readStart(this.path);
  }

  async saveSampleWeights(member: number, sampleWeights: Float64Array): Promise<void> {
    const bytes = bytesOf(sampleWeights);
    await tryAgain(() => this.#write(sampleWeightsFile(this.path, member), bytes));
    this.#sampleWeights.set(member, checksum(bytes));
  }

  async loadSampleWeights(member: number): Promise<Float64Array> {
    const path = sampleWeightsFile(this.path, member);
    const bytes = await this.#read(path);
    const mend = `Restore it from a copy, or recompute it with "benn fsck ${this.path} --mend".`;
    const samples = (await readRunFacts(this.path)).rows?.train ?? bytes.length / 8;
    if (bytes.length !== 8 * samples)
      throw new UserError(`${path}: has ${bytes.length} bytes, but ${samples} samples take ${8 * samples}. ${mend}`);
    const wanted = this.#sampleWeights.get(member);
    const found = checksum(bytes);
    if (wanted !== undefined && found !== wanted)
      throw new UserError(`${path}: has SHA-256 ${found}, not ${wanted} as when it was written. ${mend}`);
    this.#sampleWeights.set(member, found);
    return new Float64Array(Uint8Array.from(bytes).buffer);
  }

  async #makeFolder(path: string): Promise<void> {
    try {
      await this.#files.mkdir(path);
      await this.#files.syncFolder(dirname(path));
    } catch (error) {
      throw fileError(path, "made", error);
    }
  }

  async #write(path: string, contents: string | Uint8Array): Promise<void> {
    await this.#lock.check();
    await writeAside(path, contents, this.#files);
  }

  async #read(path: string): Promise<Buffer> {
    return await readFile(path).catch((error: unknown) => {
      throw fileError(path, "read", error);
    });
  }
}

/** Removes an incomplete checkpoint of a killed process. Every other file is written again, but that of a member ahead may not be. */
async function removeHalfWritten(folder: string, files: FileSystem): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith(".part")) await files.remove(join(folder, name));
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
