import { existsSync } from "node:fs";
import { mkdir, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { BATCH_FILES } from "./binary-batches.ts";
import { claimFolder } from "./claim-folder.ts";
import { ARCHIVE_FOLDER, extractBatches } from "./extract-batches.ts";
import { fetchFile, type FetchOptions, type RemoteFile } from "./fetch-file.ts";

/** The official archive of the binary version. */
export const OFFICIAL_ARCHIVE: RemoteFile = {
  url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  bytes: 170_052_171,
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
};

/** What the files take once unpacked: six times 10,000 records. */
const UNPACKED = 6 * 30_730_000;

/**
 * The folder of the unpacked archive inside the cache, downloaded, checked and unpacked first if it is not there. The
 * folder appears whole or not at all; several processes may call this at once.
 * @throws UserError when there is no room, or the archive cannot be had or is not the expected one
 */
export async function downloadBatches(archive: RemoteFile, cache: string, options: FetchOptions = {}): Promise<string> {
  const folder = join(cache, ARCHIVE_FOLDER);
  const isThere = (): boolean => BATCH_FILES.every((file) => existsSync(join(folder, file)));
  if (isThere()) return folder;

  await makeRoom(cache, archive.bytes + UNPACKED);
  const claim = await claimFolder(cache, "download");
  let complete = false;
  try {
    const file = join(claim.folder, "archive.tar.gz");
    await fetchFile(archive, file, options);
    complete = true; // whatever fails from here on, fetching the rest would not help
    const unpacked = join(claim.folder, "files");
    await extractBatches(file, unpacked);
    const missing = BATCH_FILES.find((name) => !existsSync(join(unpacked, ARCHIVE_FOLDER, name)));
    if (missing !== undefined) throw new UserError(`cifar10: ${archive.url} has no ${ARCHIVE_FOLDER}/${missing}. Set another dataset.url.`);
    if (!isThere()) {
      await rm(folder, { recursive: true, force: true }); // a folder that lacks a file, left by whoever deleted it
      await rename(join(unpacked, ARCHIVE_FOLDER), folder).catch((error: unknown) => {
        if (!isThere()) throw error; // another process was faster, and has put the same files there
      });
    }
    return folder;
  } finally {
    await (complete ? claim.discard() : claim.release());
  }
}

async function makeRoom(cache: string, bytes: number): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
  } catch (error) {
    throw new UserError(`cifar10: the cache folder "${cache}" cannot be made. Set dataset.cache to one that can.`, { cause: error });
  }
  const { bavail, bsize } = await statfs(cache);
  if (bavail * bsize >= bytes) return;
  const mebibytes = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`;
  throw new UserError(
    `cifar10: the download needs ${mebibytes(bytes)} in "${cache}", which has ${mebibytes(bavail * bsize)}. ` +
      `Make room, or set dataset.cache to another disk.`,
  );
}
