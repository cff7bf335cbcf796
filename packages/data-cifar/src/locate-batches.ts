import { existsSync } from "node:fs";
import { join } from "node:path";
import { BATCH_FILES } from "./binary-batches.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { Cifar10Options } from "./cifar10.ts";
import { ARCHIVE_FOLDER } from "./extract-batches.ts";

/**
 * Folder of the official binary files: `data`, the working folder or the cache, or the folder in there that the archive unpacks to.
 * Undefined if none of them has the files.
 */
export function locateBatches({ data, cache = cacheFolder() }: Pick<Cifar10Options, "data" | "cache">): string | undefined {
  const folders = [...(data === undefined ? [] : [data]), process.cwd(), cache];
  return folders
    .flatMap((folder) => [folder, join(folder, ARCHIVE_FOLDER)])
    .find((folder) => BATCH_FILES.every((file) => existsSync(join(folder, file))));
}
