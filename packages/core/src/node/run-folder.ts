import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { LayersModel } from "@tensorflow/tfjs";
import { z } from "zod";
import type { RunEvent } from "../events.ts";
import type { WeightValues } from "../train/model-weights.ts";
import type { AheadCheckpoint, Checkpoint, MemberLogits, MemberRecord, RunStore } from "../train/run-store.ts";
import { UserError } from "../user-error.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-file.ts";
import { EventLog } from "./event-log.ts";
import { readModelFiles, writeModelFiles } from "./model-files.ts";
import { readFloats } from "./read-floats.ts";
import { lockRun } from "./run-lock.ts";
import { writeAside } from "./write-aside.ts";

/**
 * A run as a folder:
 *
 *     experiment.json                the resolved configuration, versions, seed, data checksums, machine
 *     preprocessing.safetensors      what images are preprocessed with (mean, deviation, …)
 *     events.jsonl                   one JSON event a line, append-only
 *     members/000/                   model.json, weights.bin, member.json, logits.{train,validation,test}.f32
 *     weights/000.f64                sample weights that member 000 was drawn with
 *     start/                         the model the first sequential member started from, if one was trained
 *     checkpoint/latest.safetensors  the member in training
 *     checkpoint/ahead-001.safetensors  a later one that trains beside it
 *     lock.json                      the process that writes
 */
export class RunFolder implements RunStore {
  readonly path: string;
  readonly #log: EventLog;
  readonly #unlock: () => Promise<void>;

  private constructor(path: string, log: EventLog, unlock: () => Promise<void>) {
    this.path = path;
    this.#log = log;
    this.#unlock = unlock;
  }

  /**
   * Opens a run folder for writing, making it if need be.
   * @throws UserError when another process writes it
   */
  static async open(path: string): Promise<RunFolder> {
    for (const sub of ["members", "weights", "checkpoint"]) await mkdir(join(path, sub), { recursive: true });
    const unlock = await lockRun(path);
    try {
      return new RunFolder(path, await EventLog.open(join(path, "events.jsonl")), unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#log.close();
    await this.#unlock();
  }

  get name(): string {
    return basename(this.path);
  }

  async append(event: RunEvent): Promise<void> {
    await this.#log.append(event);
  }

  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#log.sync(); // the checkpoint vouches for the log up to its size
    await writeAside(this.#checkpoint, encodeCheckpoint(checkpoint, this.#log.size));
  }

  async restore(): Promise<Checkpoint | undefined> {
    if (!existsSync(this.#checkpoint)) {
      await this.#log.cut(0);
      return undefined;
    }
    const { events, ahead: _none, ...checkpoint } = decodeCheckpoint(await readFile(this.#checkpoint), this.#checkpoint);
    if (events > this.#log.size) {
      throw new UserError(
        `${this.path}: events.jsonl has ${this.#log.size} bytes, the checkpoint covers ${events}. Was the log edited? Train anew.`,
      );
    }
    await this.#log.cut(events);
    return checkpoint;
  }

  async saveAhead(member: number, { training, events }: AheadCheckpoint): Promise<void> {
    await writeAside(this.#ahead(member), encodeCheckpoint({ member, training }, 0, events));
  }

  async loadAhead(member: number): Promise<AheadCheckpoint | undefined> {
    const path = this.#ahead(member);
    if (!existsSync(path)) return undefined;
    const { training, ahead } = decodeCheckpoint(await readFile(path), path);
    return training && { training, events: ahead };
  }

  async saveMember(
    record: MemberRecord,
    { model, weights, logits }: { model: LayersModel; weights: WeightValues; logits: MemberLogits },
  ): Promise<void> {
    const folder = memberFolder(this.path, record.member);
    await writeModelFiles(folder, model, weights);
    for (const [split, values] of Object.entries(logits) as [keyof MemberLogits, Float32Array][]) {
      await writeAside(join(folder, `logits.${split}.f32`), bytesOf(values));
    }
    const sha256 = createHash("sha256")
      .update(await readFile(join(folder, "weights.bin")))
      .digest("hex");
    await writeAside(join(folder, "member.json"), `${JSON.stringify({ ...record, sha256 }, null, 2)}\n`);
    await rm(this.#ahead(record.member), { force: true });
  }

  loadMember(member: number): Promise<{ record: MemberRecord; weights: WeightValues; logits: MemberLogits }> {
    return readMember(this.path, member);
  }

  async saveStart(model: LayersModel, weights: WeightValues): Promise<void> {
    await writeModelFiles(join(this.path, "start"), model, weights);
  }

  loadStart(): Promise<WeightValues> {
    return readModelFiles(join(this.path, "start"));
  }

  async saveSampleWeights(member: number, weights: Float64Array): Promise<void> {
    await writeAside(this.#sampleWeights(member), bytesOf(weights));
  }

  async loadSampleWeights(member: number): Promise<Float64Array> {
    return new Float64Array(Uint8Array.from(await readFile(this.#sampleWeights(member))).buffer);
  }

  get #checkpoint(): string {
    return join(this.path, "checkpoint", "latest.safetensors");
  }

  #ahead(member: number): string {
    return join(this.path, "checkpoint", `ahead-${threeDigits(member)}.safetensors`);
  }

  #sampleWeights(member: number): string {
    return join(this.path, "weights", `${threeDigits(member)}.f64`);
  }
}

const bySplit = z.object({ train: z.number(), validation: z.number().optional(), test: z.number() });

const memberJson = z.object({
  member: z.int().min(0),
  bestEpoch: z.int(),
  error: z.number(),
  alpha: z.number().optional(),
  metrics: z.record(z.string(), bySplit).optional(),
  // Older runs have these in place of `metrics`.
  accuracy: bySplit.optional(),
  top5: bySplit.optional(),
  loss: bySplit.optional(),
  sha256: z.string(),
});

/**
 * Reads a finished member.
 * @throws UserError when a file is missing or the weights are not the ones that were saved
 */
export async function readMember(
  run: string,
  member: number,
): Promise<{ record: MemberRecord; weights: WeightValues; logits: MemberLogits }> {
  const folder = memberFolder(run, member);
  const path = join(folder, "member.json");
  const weights = await readModelFiles(folder);
  const { sha256, accuracy, top5, loss, metrics, ...record } = memberJson.parse(JSON.parse(await readFile(path, "utf8")));
  const older = { ...(accuracy ? { accuracy } : {}), ...(top5 ? { top5 } : {}), ...(loss ? { loss } : {}) };
  const found = createHash("sha256")
    .update(await readFile(join(folder, "weights.bin")))
    .digest("hex");
  if (found !== sha256)
    throw new UserError(
      `${folder}: weights.bin has SHA-256 ${found}, member.json says ${sha256}. The file was changed; restore it or train anew.`,
    );
  const logits = (split: string): Promise<Float32Array> => readFloats(join(folder, `logits.${split}.f32`));
  return {
    record: { ...record, metrics: metrics ?? older } as MemberRecord,
    weights,
    logits: {
      train: await logits("train"),
      test: await logits("test"),
      ...(existsSync(join(folder, "logits.validation.f32")) ? { validation: await logits("validation") } : {}),
    },
  };
}

function memberFolder(run: string, member: number): string {
  return join(run, "members", threeDigits(member));
}

function threeDigits(n: number): string {
  return String(n).padStart(3, "0");
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
