import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";

/** An entry of a folder, by what it is or links to. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "hidden-file" | "hidden-folder" | "dead" | "special";
  /** Of a link to a folder: the folder's path with links resolved. */
  readonly linksTo?: string;
}

/** Folders and files that systems and archivers add to a user's own, in lower case. */
const OF_SYSTEMS: ReadonlySet<string> = new Set([
  "@eadir", // Synology
  "#recycle",
  "__macosx",
  "$recycle.bin",
  "system volume information",
  "lost+found",
  "thumbs.db",
  "desktop.ini",
]);

/**
 * The entries of a folder, sorted by code points. Links are followed once; nothing is opened.
 * @throws UserError if the folder cannot be read
 */
export function listFolder(path: string, who: string): FolderEntry[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UserError(`${who}: the folder "${path}" cannot be read (${code}). Check the path and its permissions.`, { cause });
  }
  return entries
    .map((entry) => ({ name: entry.name, ...kindOf(path, entry) }))
    .toSorted(({ name: a }, { name: b }) => (a < b ? -1 : a > b ? 1 : 0));
}

function kindOf(folder: string, entry: Dirent): Omit<FolderEntry, "name"> {
  if (entry.name.startsWith(".") || OF_SYSTEMS.has(entry.name.toLowerCase()))
    return { kind: entry.isDirectory() ? "hidden-folder" : "hidden-file" };
  if (!entry.isSymbolicLink()) return { kind: ofType(entry) };
  const path = join(folder, entry.name);
  try {
    const kind = ofType(statSync(path));
    return kind === "folder" ? { kind, linksTo: realpathSync(path) } : { kind };
  } catch {
    return { kind: "dead" }; // to nothing, in a cycle, or not readable
  }
}

function ofType(entry: Dirent | Stats): "file" | "folder" | "special" {
  return entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "special";
}
