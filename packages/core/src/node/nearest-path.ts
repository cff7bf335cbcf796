import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { nearest } from "../nearest.ts";

/**
 * What lies beside a path that does not exist and is called nearly so, as it was written: a slip of the fingers.
 * @param from where a relative path begins
 */
export function nearestPath(path: string, from: string = process.cwd()): string | undefined {
  const folder = dirname(path);
  try {
    const close = nearest(basename(path), readdirSync(resolve(from, folder)));
    if (close === undefined) return undefined;
    return folder === "." && !path.startsWith(".") ? close : `${folder}/${close}`;
  } catch {
    return undefined; // its folder does not exist either
  }
}

/** ` Did you mean "runs/mine"?`, if something is called nearly so. */
export function pathSuggestion(path: string, from?: string): string {
  const close = nearestPath(path, from);
  return close === undefined ? "" : ` Did you mean "${close}"?`;
}
