import { existsSync } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { errorCode, fileError } from "./file-error.ts";

/**
 * Creates the folder of a new run, `runs/2026-11-24-nin-bagging`, with a number if the name is taken. A folder of this run's own name that
 * was killed before it wrote its first file is reused.
 * @throws UserError for a name that is taken, and if the system refuses
 */
export async function newRunFolder(out: string, config: ResolvedConfig): Promise<string> {
  const nets = [...new Set(config.members.map((member) => member.architecture.name))].join("-");
  const name = config.name ?? `${new Date().toISOString().slice(0, 10)}-${nets}-${config.scheme.name}`;
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw fileError(out, "made", error);
  });
  for (let n = 1; ; n++) {
    const folder = join(out, n === 1 ? name : `${name}-${n}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw fileError(folder, "made", error);
    }
    if (config.name === undefined) continue;
    await refuseTakenName(folder);
    return folder;
  }
}

/** @throws UserError unless the folder belongs to a run that was killed before it wrote its first file */
export async function refuseTakenName(folder: string): Promise<void> {
  if (await isBarelyBegun(folder)) return;
  const isRun = existsSync(join(folder, "experiment.json"));
  throw new UserError(
    `run folder ${folder}: exists. Choose another name${isRun ? `, or resume it with --resume ${folder}` : " or another place (--out)"}.`,
  );
}

/** Files that a run creates before experiment.json, and incomplete files. */
const FIRST = /^(members|weights|checkpoint|(preprocessing|labels)\.safetensors|events\.jsonl|lock\.json.*|.*\.part)$/;

async function isBarelyBegun(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => ["not a folder, or not ours to read"]);
  if (!names.every((name) => FIRST.test(name))) return false;
  const sizeOf = async (name: string): Promise<number> =>
    !names.includes(name)
      ? 0
      : name === "events.jsonl"
        ? (await stat(join(folder, name))).size
        : (await readdir(join(folder, name))).length;
  return (await Promise.all(["members", "weights", "checkpoint", "events.jsonl"].map(sizeOf))).every((size) => size === 0);
}
