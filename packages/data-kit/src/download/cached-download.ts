import { mkdir, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { bytes as sizeText } from "@benn/core/quantities";
import { claimFolder } from "./claim-folder.ts";
import { fetchFile, type FetchOptions, type RemoteFile } from "./fetch-file.ts";

export interface CachedDownload {
  /** Name of the folder in the cache in which the data end up. */
  readonly folder: string;
  readonly files: readonly RemoteFile[];
  /** Bytes of the data besides those that are downloaded: what an archive unpacks to. */
  readonly unpacked: number;
  /** Whether the data are all in this folder. */
  isThere(folder: string): boolean;
  /**
   * Makes the data of the files that have come, each by its own name in `arrived`.
   * @returns the folder that holds them, within `arrived`
   * @throws UserError for files that do not have what they should
   */
  prepare(arrived: string): Promise<string>;
}

/**
 * The folder of a data set inside the cache, downloaded and checked first if it is not there. It appears whole or not at all; several
 * processes may call this at once, and a call that was cut goes on where it was.
 * @throws UserError when there is no room, or a file cannot be had or is not the expected one
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
    complete = true; // whatever fails from here on, fetching the rest would not help
    const made = await prepare(claim.folder);
    if (!isThere(folder)) {
      await rm(folder, { recursive: true, force: true }); // a folder that lacks a file, left by whoever deleted it
      await rename(made, folder).catch((error: unknown) => {
        if (!isThere(folder)) throw error; // another process was faster, and has put the same files there
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
