import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { arch, cpus, platform } from "node:os";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { z } from "zod";
import { checkValue, faultSentence } from "../check-value.ts";
import { type Config, configSchema } from "../config.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { fileError } from "./file-error.ts";
import type { FileSystem } from "./file-system.ts";
import { finiteJson } from "./finite-json.ts";
import { machineMemory } from "./machine-memory.ts";
import { pathSuggestion } from "./nearest-path.ts";
import { preprocessingSum } from "./preprocessing-file.ts";
import { upgradeConfig } from "./upgrade-config.ts";
import { writeAside } from "./write-aside.ts";

/** Files without this key have format 1: checksums only of weights.bin, and no `data`. */
const FORMAT = 2;

const count = z.int().min(0);
const dataJson = z.object({
  shape: z.tuple([count, count, count]),
  labels: z.array(z.string()),
  rows: z.object({ train: count, validation: count.optional(), test: count }),
  preprocessing: z.string().optional(),
});

const experimentJson = z.object({
  format: z.int().min(1).default(1),
  benn: z.string(),
  config: z.looseObject({}),
  dataset: z.record(z.string(), z.unknown()),
  data: dataJson.optional(),
  versions: z.record(z.string(), z.string()),
  machine: z.record(z.string(), z.unknown()),
  origin: z.record(z.string(), z.unknown()).optional(),
});

/** `experiment.json`: everything that a run was made from. Contains no clock time. */
export interface Experiment {
  readonly config: Config;
  /** The dataset's provenance. */
  readonly dataset: Readonly<Record<string, unknown>>;
  /** The properties of the data that its files are checked against. Older runs lack it. */
  readonly data?: DataFacts;
  /** Format of the run folder: 2, or 1 in older runs. */
  readonly format: number;
  /** Where members come from that were trained elsewhere. */
  readonly origin?: Readonly<Record<string, unknown>>;
  /** Version of benn that made the run; then the versions of Node and TensorFlow.js by name. */
  readonly benn: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The machine on which the run was started. */
  readonly machine: Readonly<Record<string, unknown>>;
}

/** Image shape [height, width, channels], class names, rows of each split, and SHA-256 of the preprocessing if there is any. */
export type DataFacts = z.output<typeof dataJson>;

/** The version of benn. */
export async function bennVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return version;
}

/** @param origin where the members come from, if they were not trained here */
export async function writeExperiment(
  folder: string,
  config: ResolvedConfig,
  data: LoadedDataset,
  { origin, files }: { readonly origin?: Readonly<Record<string, unknown>> | undefined; readonly files?: FileSystem | undefined } = {},
): Promise<void> {
  const experiment: z.output<typeof experimentJson> = {
    format: FORMAT,
    benn: await bennVersion(),
    config: asConfig(config),
    dataset: { ...data.provenance },
    data: dataFacts(data),
    versions: { node: process.version, tfjs: tf.version_core },
    machine: { platform: platform(), arch: arch(), cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, memoryBytes: machineMemory() },
    ...(origin ? { origin: { ...origin } } : {}),
  };
  await writeAside(join(folder, "experiment.json"), `${finiteJson(experiment, "experiment.json", 2)}\n`, files);
}

export function dataFacts({ shape, labels, train, validation, test, preprocessing }: LoadedDataset): DataFacts {
  const rows = { train: train.labels.length, ...(validation ? { validation: validation.labels.length } : {}), test: test.labels.length };
  const sum = preprocessingSum(preprocessing);
  return { shape: [...shape], labels: [...labels], rows, ...(sum === undefined ? {} : { preprocessing: sum }) };
}

/** Converts a resolved configuration to the form that `parseConfig` reads: identical members become one group again. */
export function asConfig({ members, ...config }: ResolvedConfig): Config & Record<string, unknown> {
  const groups: { count: number; key: string; settings: (typeof members)[number] }[] = [];
  for (const settings of members) {
    const key = JSON.stringify(settings);
    const last = groups.at(-1);
    if (last?.key === key) last.count += 1;
    else groups.push({ count: 1, key, settings });
  }
  return JSON.parse(JSON.stringify({ ...config, members: groups.map(({ count, settings }) => ({ count, ...settings })) })) as Config &
    Record<string, unknown>;
}

/** @throws UserError if the folder is not a run folder */
export async function readExperiment(folder: string): Promise<Experiment> {
  const path = join(folder, "experiment.json");
  if (!existsSync(folder))
    throw new UserError(`run folder ${folder}: does not exist.${pathSuggestion(folder)} "benn runs" lists those that are there.`);
  if (!existsSync(path)) {
    const begun = existsSync(join(folder, "lock.json")) || existsSync(join(folder, "checkpoint"));
    throw new UserError(
      `run folder ${folder}: has no experiment.json, so it is not a folder that benn train made` +
        (begun ? ", or it was killed before its first file. Start it again under the same name." : "."),
    );
  }
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(path, "read", error);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${path}: is not JSON. The file was damaged; restore it from a copy.`, { cause });
  }
  const parsed = checkValue(experimentJson, json);
  if (parsed.fault) {
    throw new UserError(
      `${path}: is not the experiment of a run (${faultSentence(parsed.fault)}). The file was damaged; restore it from a copy.`,
    );
  }
  const { benn, format, dataset, data, origin, versions, machine } = parsed.data;
  if (format > FORMAT) {
    throw new UserError(`${path}: has format ${format}, this version of benn reads up to ${FORMAT}. Use version ${benn} or later.`);
  }
  // Settings that older runs do not name had a single value then, which is core's default now.
  const { fault } = checkValue(configSchema.partial(), upgradeConfig(parsed.data.config));
  if (fault) {
    throw new UserError(
      `${path}: is not an experiment of this version of benn (config.${faultSentence(fault)}). ` +
        `It was written by ${benn}; use that version, or retrain.`,
    );
  }
  return {
    config: upgradeConfig(parsed.data.config),
    dataset,
    format,
    ...(origin ? { origin } : {}),
    benn,
    versions,
    machine,
    ...(data ? { data } : {}),
  };
}
