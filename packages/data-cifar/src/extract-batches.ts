import type { Stats } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { UserError } from "@benn/core";
import * as tar from "tar";
import { BATCH_FILES, NAMES_FILE } from "./binary-batches.ts";

/** The folder inside the official archive. */
export const ARCHIVE_FOLDER = "cifar-10-batches-bin";

const WANTED = new Set([...BATCH_FILES, NAMES_FILE].map((file) => `${ARCHIVE_FOLDER}/${file}`));
/** 10,000 records. */
const LARGEST = 30_730_000;

/**
 * Unpacks the data files of an official archive into `folder`, which is emptied first. Other plain files (a readme) are
 * left out; a link, a device, a path that leaves the folder or a file larger than any batch makes it refuse the archive.
 * @throws UserError for such an archive, or one that cannot be read, and leaves nothing behind
 */
export async function extractBatches(archive: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let fault: string | undefined;
  const seen = new Set<string>();
  const filter = (path: string, entry: Stats | tar.ReadEntry): boolean => {
    const type = "type" in entry ? entry.type : "File";
    if (type === "Directory" && path.replace(/\/$/, "") === ARCHIVE_FOLDER) return false;
    if (type !== "File" && type !== "OldFile") fault ??= `"${path}" is a ${type}`;
    else if (!path.startsWith(`${ARCHIVE_FOLDER}/`) || path.split(/[/\\]/).includes(".."))
      fault ??= `"${path}" lies outside ${ARCHIVE_FOLDER}`;
    else if (entry.size > LARGEST) fault ??= `"${path}" has ${entry.size} bytes`;
    else if (seen.has(path)) fault ??= `"${path}" is there twice`;
    seen.add(path);
    return fault === undefined && WANTED.has(path);
  };
  try {
    // Read to its end before a file is opened for writing: an extraction that fails leaves the files open that it was writing.
    tar.list({ sync: true, file: archive, strict: true, filter });
    // In one go: an asynchronous extraction that fails goes on writing for a while after it has said so.
    if (fault === undefined)
      tar.extract({
        sync: true,
        file: archive,
        cwd: folder,
        strict: true,
        noMtime: true,
        preserveOwner: false,
        filter: (path) => WANTED.has(path),
      });
  } catch (error) {
    if (fault === undefined && isOfSystem(error)) {
      throw new UserError(`cifar10: the archive could not be unpacked into "${folder}": ${error.message}. Mend that and run it again.`, {
        cause: error,
      });
    }
    fault ??= error instanceof Error ? error.message : String(error);
  }
  if (fault === undefined) return;
  await rm(folder, { recursive: true, force: true });
  throw new UserError(`cifar10: the archive was refused: ${fault}. Fetch cifar-10-binary.tar.gz from its own site.`);
}

/** Whether it is the disk's fault and not the archive's: no room, no permission. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && error.syscall !== undefined;
}
