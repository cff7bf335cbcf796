import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";

/** The user's labels of a run, in `labels.json` of its folder, which training neither reads nor writes. */
export interface RunLabels {
  /** In alphabetical order. */
  readonly tags: readonly string[];
  readonly note: string;
}

/** `benn runs prune` skips runs with this tag. */
export const KEEP = "keep";

const none: RunLabels = { tags: [], note: "" };

export async function readLabels(folder: string): Promise<RunLabels> {
  const text = await readFile(labelsFile(folder), "utf8").catch(() => undefined);
  if (text === undefined) return none;
  try {
    const json = JSON.parse(text) as { tags?: unknown; note?: unknown };
    const tags = Array.isArray(json.tags) ? json.tags.filter((tag) => typeof tag === "string") : [];
    return { tags, note: typeof json.note === "string" ? json.note : "" };
  } catch {
    return none;
  }
}

/**
 * Adds tags, and removes those that begin with a minus.
 * @throws UserError for an invalid tag
 */
export function changeTags({ tags, note }: RunLabels, changes: readonly string[]): RunLabels {
  const left = new Set(tags);
  for (const change of changes) {
    const [, sign, tag = ""] = /^([+-]?)([\p{L}\p{N}][\p{L}\p{N}._/-]*)$/u.exec(change) ?? [];
    if (tag === "")
      throw new UserError(`runs tag: "${change}" is no tag. Write letters, digits and . _ / -, with a minus before it to take it away.`);
    if (sign === "-") left.delete(tag);
    else left.add(tag);
  }
  return { tags: [...left].toSorted(), note };
}

export async function writeLabels(folder: string, labels: RunLabels): Promise<void> {
  const path = labelsFile(folder);
  try {
    await writeFile(`${path}.part`, `${JSON.stringify(labels, null, 2)}\n`);
    await rename(`${path}.part`, path);
  } catch (cause) {
    throw new UserError(`${path}: cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}

function labelsFile(folder: string): string {
  return join(folder, "labels.json");
}
