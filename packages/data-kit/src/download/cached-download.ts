import { mkdir, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { bytes as sizeText } from "@benn/core/quantities";
import { claimFolder } from "./claim-folder.ts";
import { fetchFile, type FetchOptions, type RemoteFile } from "./fetch-file.ts";

export interface CachedDownload {
  /** Name of the folder in the cache that will contain the data. */
  readonly folder: string;
  readonly files: readonly RemoteFile[];
  /** Bytes of the data in addition to those that are downloaded: what an archive unpacks to. */
  readonly unpacked: number;
  /** Whether the folder has all data. */
  isThere(folder: string): boolean;
  /**
   * Prepares the downloaded files, each under its own name in `arrived`.
   * @returns the folder of the data, within `arrived`
   * @throws UserError for files with invalid contents
   */
  prepare(arrived: string): Promise<string>;
}

/**
 * The folder of a dataset in the cache, downloaded and checked first if it does not exist. It appears completely or not at all; several
 * processes may call this at the same time, and an interrupted call is resumed.
 * @throws UserError if there is no room, or a file cannot be downloaded or is not the expected one
 */
export async function cachedDownload(
  { folder: name, files, unpacked, isThere, prepare }: CachedDownload,
  cache: string,
  options: FetchOptions = {},
): Promise<string> {
  const folder = join(cache, name);
  if (isThere(folder)) return folder;

  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  await makeRoom(files[0]?.dataset ?? name, cache, total + unpacked);
  const claim = await claimFolder(cache, `download-${name}`);
  let complete = false;
  try {
    let before = 0;
    for (const file of files) {
      const onProgress: FetchOptions["onProgress"] = (done, _, trouble) => options.onProgress?.(before + done, total, trouble);
      await fetchFile(file, join(claim.folder, file.name), { ...options, onProgress });
      before += file.bytes;
    }
    complete = true; // all files have arrived: downloading again would not fix a later failure
    const made = await prepare(claim.folder);
    if (!isThere(folder)) {
      await rm(folder, { recursive: true, force: true }); // an incomplete folder, from which files were deleted
      await rename(made, folder).catch((error: unknown) => {
        if (!isThere(folder)) throw error; // another process was faster and has put the same files there
      });
    }
    return folder;
  } finally {
    await (complete ? claim.discard() : claim.release());
  }
}

async function makeRoom(dataset: string, cache: string, bytes: number): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
  } catch (error) {
    throw new UserError(`${dataset}: the cache folder "${cache}" cannot be made. Set dataset.cache to one that can.`, { cause: error });
  }
  const { bavail, bsize } = await statfs(cache);
  if (bavail * bsize >= bytes) return;
  throw new UserError(
    `${dataset}: the download needs ${sizeText(bytes)} in "${cache}", which has ${sizeText(bavail * bsize)}. ` +
      `Make room, or set dataset.cache to another disk.`,
  );
}
