import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../user-error.ts";

/** Sources first: a folder that is named by its path is one that is worked on, built or not. */
const ENTRIES = ["src/index.ts", "src/index.mts", "index.ts", "index.mts", "src/index.js", "index.js", "index.mjs"];

/**
 * The file that a folder with a plugin begins at: `src/index.ts` or `index.ts`, or what its package.json exports.
 * @param source as it was named, for the message
 * @throws UserError for a folder without one
 */
export function folderEntry(folder: string, source: string): string {
  const [first = "", ...others] = ENTRIES;
  const found = [...ENTRIES, ...exported(folder)].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UserError(
    `plugin ${source}: folder ${folder} has neither ${first} nor ${others.join(", ")}, nor a package.json that exports a file which is there. Name the file.`,
  );
}

function exported(folder: string): string[] {
  try {
    const { exports, main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { exports?: unknown; main?: unknown };
    return [targetOf(exports), main].filter((own) => typeof own === "string");
  } catch {
    return []; // no package.json, or none that can be read
  }
}

/** `"./a.js"`, `{ default: "./a.js" }` or `{ ".": … }`. */
function targetOf(exports: unknown): unknown {
  if (typeof exports !== "object" || exports === null) return exports;
  const { ".": door, import: module, default: fallback } = exports as Readonly<Record<string, unknown>>;
  return targetOf(door ?? module ?? fallback);
}
