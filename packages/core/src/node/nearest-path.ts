import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { nearest } from "../nearest.ts";

/**
 * An existing path with a similar name, in the form that the user wrote, in case of a typing error.
 * @param from the folder that relative paths start from
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

/** ` Did you mean "runs/mine"?`, if a path with a similar name exists. */
export function pathSuggestion(path: string, from?: string): string {
  const close = nearestPath(path, from);
  return close === undefined ? "" : ` Did you mean "${close}"?`;
}
