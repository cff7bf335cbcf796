import { existsSync } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { errorCode, fileError } from "./file-error.ts";

/**
 * Makes the folder of a new run, `runs/2026-11-24-nin-bagging`, numbered when taken. One of the run's own name that was killed before its first
 * file is taken as it is.
 * @throws UserError for a name that is taken, and when the system refuses
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

/** @throws UserError unless the folder is one of a run that was killed before its first file */
export async function refuseTakenName(folder: string): Promise<void> {
  if (await isBarelyBegun(folder)) return;
  const isRun = existsSync(join(folder, "experiment.json"));
  throw new UserError(
    `run folder ${folder}: exists. Choose another name${isRun ? `, or resume it with --resume ${folder}` : " or another place (--out)"}.`,
  );
}

/** What a run makes before experiment.json, and what is left of a file that was being written. */
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
