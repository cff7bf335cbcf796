import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { cachedDownload, type FetchOptions, type RemoteFile } from "@benn/data-kit";
import { type Family, IDX_FILES } from "./family.ts";

/** The folder in the cache. */
export const CACHED = "idx";

/**
 * The folder of the four compressed files in the cache, downloaded and checked first if it does not exist.
 * @param url of the folder on a server
 * @throws UserError if there is no room, or a file cannot be downloaded or is not the expected one
 */
export async function downloadIdx({ dataset, packed }: Family, url: string, cache: string, options?: FetchOptions): Promise<string> {
  const files = IDX_FILES.map((file): RemoteFile => {
    const [bytes, sha256] = packed[file];
    const name = `${file}.gz`;
    return { dataset, name, url: new URL(name, url.endsWith("/") ? url : `${url}/`).href, bytes, sha256 };
  });
  return await cachedDownload(
    {
      folder: CACHED,
      files,
      unpacked: 0,
      isThere: (folder) => files.every(({ name }) => existsSync(join(folder, name))),
      async prepare(arrived) {
        const folder = join(arrived, CACHED);
        await mkdir(folder, { recursive: true });
        for (const { name } of files) await rename(join(arrived, name), join(folder, name));
        return folder;
      },
    },
    cache,
    options,
  );
}
