import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { readSafetensors, type Safetensors, writeSafetensors } from "@benn/core/internals";

/** Grows when indexes made before must be made again. */
const FORMAT = 1;

/** Where indexes are kept: under `$XDG_CACHE_HOME` or `~/.cache`, on Windows under `%LOCALAPPDATA%`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  const base = platform === "win32" ? env["LOCALAPPDATA"] : env["XDG_CACHE_HOME"];
  return join(base || join(homedir(), ".cache"), "benn", "imagenet");
}

/**
 * The index of these files as it was kept, or made anew and kept: reading the headers of a million pictures takes minutes.
 * Files that changed in size or time have another index. One that cannot be kept, on a full disk say, is made each time.
 * @param cache folder, made when needed
 * @param of the files the index is of, and whatever else it depends on
 */
export async function keptIndex(
  cache: string,
  { paths, salt = "" }: { readonly paths: readonly string[]; readonly salt?: string },
  make: () => Promise<Safetensors>,
): Promise<Safetensors> {
  const hash = createHash("sha256").update(`${FORMAT} ${salt}`);
  for (const path of paths) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`\n${resolve(path)} ${size} ${mtimeMs}`);
  }
  const file = join(cache, `${hash.digest("hex").slice(0, 32)}.index`);
  try {
    return readSafetensors(readFileSync(file), file);
  } catch {
    // There is none, or it is spoiled: made anew either way.
  }
  const index = await make();
  const aside = `${file}.${process.pid}.part`; // two programs may make the same one
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(aside, writeSafetensors(index));
    renameSync(aside, file);
  } catch {
    if (existsSync(aside)) rmSync(aside);
  }
  return index;
}
