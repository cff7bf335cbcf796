import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isTraining, openRun, readExperiment, readRunData } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { checksum } from "../../../../packages/core/src/node/checksum.ts";
import { decodeCheckpoint } from "../../../../packages/core/src/node/checkpoint-file.ts";
import { readEntries } from "../../../../packages/core/src/node/event-log.ts";
import { parseEvent } from "../../../../packages/core/src/node/event-schema.ts";
import { readMemberFile } from "../../../../packages/core/src/node/member-file.ts";
import { readModelFiles } from "../../../../packages/core/src/node/model-files.ts";
import { readFloats } from "../../../../packages/core/src/node/read-floats.ts";
import { startSums } from "../../../../packages/core/src/node/start-model.ts";
import { readValidationLabels } from "../../../../packages/core/src/node/validation-labels.ts";
import { createScalars } from "../../../../packages/tensorboard/src/scalars.ts";
import { goOn, runIn } from "../../toy/toy-runs.ts";
import type { Form } from "../mutate.ts";
import { must, type Opened, type Reader } from "../reader.ts";

/** A run with every kind of file, interrupted in its second member. */
async function makeRun(folder: string): Promise<string> {
  await tf.setBackend("cpu");
  const config = { dataset: { name: "blobs", rows: 24 }, scheme: "boost", members: 3, epochs: 2, batchSize: 32, pretrainEpochs: 1, validation: 0.2, checkpointSeconds: 0, name: "toy" } as const; // prettier-ignore
  await goOn({ name: "fuzzed", config, threads: false }, folder, { onEvent: (event) => event.type === "epoch" && event.member === 1 });
  return runIn(folder);
}

interface FileReader {
  readonly reads: string;
  readonly inputs: number;
  /** Paths relative to the run; the first one is written. */
  readonly files: (run: string) => readonly string[];
  readonly form: Form;
  readonly seal?: (bytes: Uint8Array) => Uint8Array;
  read(run: string, bytes: Uint8Array): unknown;
}

/** A reader of one file of a run; the others are unchanged. */
function ofFile({ reads, inputs, files, form, seal, read }: FileReader): Reader {
  return {
    reads,
    inputs,
    async open(folder): Promise<Opened> {
      const run = await makeRun(folder);
      const paths = files(run);
      const seeds = paths.map((path) => readFileSync(join(run, path)));
      return {
        seeds,
        form,
        ...(seal ? { seal } : {}),
        read(bytes) {
          writeFileSync(join(run, paths[0] ?? ""), bytes);
          return read(run, bytes);
        },
      };
    },
  };
}

/** A reader of the bytes alone. */
const ofBytes = ({ files, read, ...reader }: Omit<FileReader, "read"> & { read(bytes: Uint8Array): unknown }): Reader => ({
  ...ofFile({ ...reader, files, read: () => undefined }),
  async open(folder) {
    const run = await makeRun(folder);
    return {
      seeds: files(run).map((path) => readFileSync(join(run, path))),
      form: reader.form,
      read,
      ...(reader.seal ? { seal: reader.seal } : {}),
    };
  },
});

const AT = 8 + '{"__metadata__":{"sha256":"'.length;

/** The checksum that safetensors files of a run begin with. */
function sealSafetensors(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes);
  if (file.length < AT + 64) return file;
  file.fill("0", AT, AT + 64);
  file.write(checksum(file), AT);
  return file;
}

function sealMember(bytes: Uint8Array): Uint8Array {
  try {
    const { sha256: _sum, ...json } = JSON.parse(Buffer.from(bytes).toString("utf8")) as Record<string, unknown>;
    return Buffer.from(JSON.stringify({ ...json, sha256: checksum(JSON.stringify(json)) }));
  } catch {
    return bytes;
  }
}

export const experiment = ofFile({
  reads: "experiment.json",
  inputs: 30_000,
  files: () => ["experiment.json"],
  form: "json",
  async read(run) {
    const { format } = await readExperiment(run);
    must(format === 1 || format === 2, "a format is one that is read");
  },
});

export const runFacts = ofFile({
  reads: "experiment.json, by all who open a run",
  inputs: 6000,
  files: () => ["experiment.json"],
  form: "json",
  async read(run) {
    await openRun(run);
    await readRunData(run);
  },
});

export const event = ofBytes({
  reads: "a line of events.jsonl",
  inputs: 120_000,
  files: () => ["events.jsonl"],
  form: "lines of json",
  read(bytes) {
    const scalars = createScalars();
    for (const line of Buffer.from(bytes).toString("utf8").split("\n").slice(0, 12)) {
      const parsed = parseEvent(line);
      if (typeof parsed === "string") must(parsed === "damaged" || parsed === "later", "a line is an event or none");
      else
        for (const [tag, value] of scalars(parsed)?.values ?? [])
          must(typeof tag === "string" && typeof value === "number", "a scalar has a tag and a value");
    }
  },
});

export const eventLog = ofFile({
  reads: "events.jsonl as a whole",
  inputs: 6000,
  files: () => ["events.jsonl"],
  form: "lines of json",
  async read(run) {
    let members = 0;
    for await (const { event: entry } of readEntries(join(run, "events.jsonl"), { follow: false })) {
      if (typeof entry === "string") continue;
      if (entry.type === "run-start") members = entry.members.length;
      if (entry.type === "members-added" && entry.members[0]?.member === members) members += entry.members.length;
      if ("member" in entry && entry.member !== undefined) must(entry.member < Math.max(1, members), "no member is beyond the run");
    }
  },
});

export const member = ofFile({
  reads: "member.json",
  inputs: 40_000,
  files: () => ["members/000/member.json"],
  form: "json",
  seal: sealMember,
  async read(run) {
    const { record } = await readMemberFile(join(run, "members/000"));
    must(Number.isInteger(record.member) && Number.isFinite(record.error), "a record holds numbers");
  },
});

export const model = ofFile({
  reads: "model.json of weights.bin",
  inputs: 30_000,
  files: () => ["members/000/model.json"],
  form: "json",
  async read(run) {
    for (const { shape, values } of (await readModelFiles(join(run, "members/000"))).values()) {
      must(shape.reduce((n, side) => n * side, 1) === values.length, "a weight is as long as its shape");
    }
  },
});

export const checkpoint = ofBytes({
  reads: "checkpoints",
  inputs: 60_000,
  files: (run) => readdirSync(join(run, "checkpoint")).map((name) => `checkpoint/${name}`),
  form: "safetensors",
  seal: sealSafetensors,
  read(bytes) {
    const { checkpoint: saved } = decodeCheckpoint(bytes, "fuzzed.safetensors");
    must(Number.isInteger(saved.member) && saved.member >= -1, "a checkpoint is of a member");
  },
});

export const preprocessing = ofFile({
  reads: "preprocessing.safetensors",
  inputs: 6000,
  files: () => ["preprocessing.safetensors"],
  form: "safetensors",
  seal: sealSafetensors,
  read: (run) => readRunData(run),
});

export const labels = ofFile({
  reads: "labels.safetensors",
  inputs: 20_000,
  files: () => ["labels.safetensors"],
  form: "safetensors",
  seal: sealSafetensors,
  async read(run) {
    const classes = await readValidationLabels(run, 30);
    must(classes.length === 30, "each held-out row has a class");
  },
});

export const start = ofFile({
  reads: "start.json",
  inputs: 10_000,
  files: () => ["start/start.json"],
  form: "json",
  async read(run) {
    for (const sum of Object.values(await startSums(join(run, "start")))) must(typeof sum === "string", "a checksum is text");
  },
});

export const logits = ofFile({
  reads: "logits.*.f32",
  inputs: 6000,
  files: () => ["members/000/logits.test.f32"],
  form: "bytes",
  async read(run, bytes) {
    const values = await readFloats(join(run, "members/000/logits.test.f32"), { count: { floats: 180, of: "60 rows of 3 classes" } });
    must(values.length === 180 && bytes.length === 720, "as many as are wanted");
  },
});

export const lock = ofFile({
  reads: "lock.json",
  inputs: 10_000,
  files(run) {
    cpSync(join(run, "experiment.json"), join(run, "lock.json"));
    writeFileSync(join(run, "lock.json"), JSON.stringify({ pid: process.pid, host: "h", id: "x", start: { boot: "b", at: 1 } }));
    return ["lock.json"];
  },
  form: "json",
  async read(run) {
    must(typeof (await isTraining(run)) === "boolean", "a run is in training or not");
  },
});
