import { createHash, type Hash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readSafetensors, type Safetensors, writeSafetensors } from "@benn/core/internals";

/** Incremented when cached files must be recreated. */
const FORMAT = 1;

/** What a cached file was made from. */
export interface KeptOf {
  /** Source files; if one changes in size or time, another cached file is made. */
  readonly paths: Iterable<string>;
  /** Anything else that it depends on. */
  readonly salt?: string;
  /** Ending of its name. */
  readonly ending?: string;
  /** Whether cached contents are valid; default: always. */
  readonly isSound?: (kept: Safetensors) => boolean;
  /** Maximum number of files of this ending, the newest ones; default: all. */
  readonly most?: number;
}

/**
 * Arrays made from these files, read from the cache or made again and cached: reading the headers of a million pictures takes minutes. What
 * cannot be cached, for example on a full disk, is made each time.
 * @param cache folder, created if necessary
 */
export async function keptFile(
  cache: string,
  { paths, salt = "", ending = "index", isSound = () => true, most = Infinity }: KeptOf,
  make: () => Promise<Safetensors>,
): Promise<Safetensors> {
  const hash = createHash("sha256").update(`${FORMAT} ${salt}`);
  for (const path of paths) addState(hash, path);
  const file = join(cache, `${hash.digest("hex").slice(0, 32)}.${ending}`);
  try {
    const kept = readSafetensors(readFileSync(file), file);
    if (isSound(kept)) return kept;
  } catch {
    // There is none, or it is damaged: it is made again either way.
  }
  const made = await make();
  const aside = `${file}.${process.pid}.part`; // two programs may create the same one
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(aside, writeSafetensors(made));
    renameSync(aside, file);
    removeOld(cache, ending, most);
  } catch {
    if (existsSync(aside)) rmSync(aside);
  }
  return made;
}

function removeOld(cache: string, ending: string, most: number): void {
  if (most === Infinity) return;
  const files = readdirSync(cache)
    .filter((name) => name.endsWith(`.${ending}`))
    .map((name) => ({ path: join(cache, name), time: statSync(join(cache, name)).mtimeMs }));
  for (const { path } of files.toSorted((a, b) => b.time - a.time).slice(most)) rmSync(path, { force: true });
}

function addState(hash: Hash, path: string): void {
  const { size, mtimeMs } = statSync(path);
  hash.update(`\n${resolve(path)} ${size} ${mtimeMs}`);
}
