import { createHash, type Hash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readSafetensors, type Safetensors, writeSafetensors } from "@benn/core/internals";

/** Grows when files kept before must be made again. */
const FORMAT = 1;

/** What a kept file was made of. */
export interface KeptOf {
  /** Files; one that changes in size or time makes another. */
  readonly paths: Iterable<string>;
  /** Whatever else it depends on. */
  readonly salt?: string;
  /** Ending of its name. */
  readonly ending?: string;
  /** Whether what was kept is sound; all is, if absent. */
  readonly isSound?: (kept: Safetensors) => boolean;
  /** Files of this ending that stay, the newest; all if absent. */
  readonly most?: number;
}

/**
 * Arrays made of these files as they were kept, or made anew and kept: reading the headers of a million pictures takes minutes.
 * What cannot be kept, on a full disk say, is made each time.
 * @param cache folder, made when needed
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
    // There is none, or it is spoiled: made anew either way.
  }
  const made = await make();
  const aside = `${file}.${process.pid}.part`; // two programs may make the same one
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
