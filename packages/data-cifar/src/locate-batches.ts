import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "@benn/data-kit";
import { imageFiles, type Layout } from "./layout.ts";

/**
 * Folder of the official binary files: `data`, the working folder or the cache, or the folder in one of these that the archive unpacks to.
 * Undefined if none of them has the files.
 */
export function locateBatches(
  layout: Layout,
  { data, cache = cacheFolder(layout.dataset) }: { readonly data?: string | undefined; readonly cache?: string | undefined },
): string | undefined {
  const folders = [...(data === undefined ? [] : [data]), process.cwd(), cache];
  return folders
    .flatMap((folder) => [folder, join(folder, layout.folder)])
    .find((folder) => imageFiles(layout).every((file) => existsSync(join(folder, file))));
}
