import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { cachedDownload, type FetchOptions, type RemoteFile } from "@benn/data-kit";
import { extractBatches } from "./extract-batches.ts";
import { imageFiles, type Layout } from "./layout.ts";

/**
 * The folder of the unpacked archive in the cache; if it does not exist, the archive is downloaded, checked and unpacked first.
 * @throws UserError if there is no room, or the archive cannot be downloaded or is not the expected one
 */
export async function downloadBatches(layout: Layout, archive: RemoteFile, cache: string, options?: FetchOptions): Promise<string> {
  const { dataset, folder, largest } = layout;
  const files = imageFiles(layout);
  return await cachedDownload(
    {
      folder,
      files: [archive],
      unpacked: files.length * largest,
      isThere: (path) => files.every((file) => existsSync(join(path, file))),
      async prepare(arrived) {
        const unpacked = join(arrived, "files");
        await extractBatches(join(arrived, archive.name), unpacked, layout);
        const missing = files.find((name) => !existsSync(join(unpacked, folder, name)));
        if (missing !== undefined) throw new UserError(`${dataset}: ${archive.url} has no ${folder}/${missing}. Set another dataset.url.`);
        return join(unpacked, folder);
      },
    },
    cache,
    options,
  );
}
