import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { arch, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { type Config, configSchema } from "../config.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { upgradeConfig } from "./upgrade-config.ts";
import { writeAside } from "./write-aside.ts";

const experimentJson = z.object({
  benn: z.string(),
  config: z.looseObject({}),
  dataset: z.record(z.string(), z.unknown()),
  versions: z.record(z.string(), z.string()),
  machine: z.record(z.string(), z.unknown()),
  origin: z.record(z.string(), z.unknown()).optional(),
});

/** `experiment.json`: everything a run was made from. No clock time stands in it. */
export interface Experiment {
  readonly config: Config;
  /** The dataset's provenance. */
  readonly dataset: Readonly<Record<string, unknown>>;
}

/** The program's version. */
export async function bennVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return version;
}

/** @param origin where the members come from, if they were not trained here */
export async function writeExperiment(
  folder: string,
  config: ResolvedConfig,
  data: LoadedDataset,
  origin?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const experiment: z.output<typeof experimentJson> = {
    benn: await bennVersion(),
    config: asConfig(config),
    dataset: { ...data.provenance },
    versions: { node: process.version, tfjs: tf.version["tfjs"] ?? "unknown" },
    machine: { platform: platform(), arch: arch(), cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, memoryBytes: totalmem() },
    ...(origin ? { origin: { ...origin } } : {}),
  };
  await writeAside(join(folder, "experiment.json"), `${JSON.stringify(experiment, null, 2)}\n`);
}

/** A resolved configuration in the form that `parseConfig` reads: members alike are one group again. */
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

/** @throws UserError when the folder is not a run folder */
export async function readExperiment(folder: string): Promise<Experiment> {
  const path = join(folder, "experiment.json");
  if (!existsSync(folder))
    throw new UserError(`run folder ${folder}: does not exist. Finished and interrupted runs are listed by "ls runs".`);
  if (!existsSync(path)) throw new UserError(`run folder ${folder}: has no experiment.json, so it is not a folder that benn train made.`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(`${path}: is not JSON. The file was damaged.`, { cause });
  }
  const parsed = experimentJson.safeParse(json);
  if (!parsed.success) throw new UserError(`${path}: is not an experiment of this version of benn.`);
  // What older runs do not name is what there was then, and is core's default now.
  const config = configSchema.partial().safeParse(upgradeConfig(parsed.data.config));
  if (!config.success) {
    const [issue] = config.error.issues;
    throw new UserError(
      `${path}: is not an experiment of this version of benn (${issue?.path.join(".") ?? "config"}: ${issue?.message ?? "is not valid"}). ` +
        `It was written by ${parsed.data.benn}; use that version, or train anew.`,
    );
  }
  return { config: upgradeConfig(parsed.data.config), dataset: parsed.data.dataset };
}
