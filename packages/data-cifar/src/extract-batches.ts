import type { Stats } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { UserError } from "@benn/core";
import * as tar from "tar";
import { imageFiles, type Layout, nameFiles } from "./layout.ts";

/**
 * Unpacks the data files of an official archive into `folder`, which is emptied first. Other regular files (a readme) are skipped; an
 * archive with a link, a device, a path outside the folder or a file larger than any batch is refused.
 * @throws UserError for such an archive, or one that cannot be read; leaves nothing behind
 */
export async function extractBatches(archive: string, folder: string, layout: Layout): Promise<void> {
  const { dataset, folder: inner, largest } = layout;
  const wanted = new Set([...imageFiles(layout), ...nameFiles(layout)].map((file) => `${inner}/${file}`));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let fault: string | undefined;
  const seen = new Set<string>();
  const filter = (path: string, entry: Stats | tar.ReadEntry): boolean => {
    const type = "type" in entry ? entry.type : "File";
    if (type === "Directory" && path.replace(/\/$/, "") === inner) return false;
    if (type !== "File" && type !== "OldFile") fault ??= `"${path}" is a ${type}`;
    else if (!path.startsWith(`${inner}/`) || path.split(/[/\\]/).includes("..")) fault ??= `"${path}" lies outside ${inner}`;
    else if (entry.size > largest) fault ??= `"${path}" has ${entry.size} bytes`;
    else if (seen.has(path)) fault ??= `"${path}" is there twice`;
    seen.add(path);
    return fault === undefined && wanted.has(path);
  };
  try {
    // The archive is read completely before a file is opened for writing: a failing extraction leaves its output files open.
    tar.list({ sync: true, file: archive, strict: true, filter });
    // Synchronously: a failing asynchronous extraction continues to write for a while after it has reported the failure.
    if (fault === undefined)
      tar.extract({
        sync: true,
        file: archive,
        cwd: folder,
        strict: true,
        noMtime: true,
        preserveOwner: false,
        filter: (path) => wanted.has(path),
      });
  } catch (error) {
    if (fault === undefined && isOfSystem(error)) {
      throw new UserError(`${dataset}: the archive could not be unpacked into "${folder}": ${error.message}. Fix that and run it again.`, {
        cause: error,
      });
    }
    fault ??= error instanceof Error ? error.message : String(error);
  }
  if (fault === undefined) return;
  await rm(folder, { recursive: true, force: true });
  throw new UserError(`${dataset}: the archive was refused: ${fault}. Fetch ${layout.archive.name} from its own site.`);
}

/** Whether the disk rather than the archive is the cause: no room, no permission. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && error.syscall !== undefined;
}
