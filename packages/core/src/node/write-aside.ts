import { dirname } from "node:path";
import { fileError } from "./file-error.ts";
import { disk, type FileSystem } from "./file-system.ts";

/**
 * Writes a temporary file, flushes it, renames it into place and flushes the folder: a reader sees the old bytes or the new ones, never a
 * mixture, also after a power cut.
 * @throws UserError if the system refuses; the old file then remains
 */
export async function writeAside(path: string, contents: string | Uint8Array, files: FileSystem = disk): Promise<void> {
  const aside = `${path}.part`;
  try {
    const file = await files.open(aside, "w");
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(aside, path);
    await files.syncFolder(dirname(path));
  } catch (error) {
    await files.remove(aside).catch(() => undefined); // a partial file would only waste space; the first error is the one to report
    throw fileError(path, "written", error);
  }
}
