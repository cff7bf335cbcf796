import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type LoadOptions, UserError } from "@benn/core";
import { BATCH_FILES, missingFile, readBinaryBatches } from "./binary-batches.ts";
import { downloadBatches, OFFICIAL_ARCHIVE } from "./download.ts";
import { ARCHIVE_FOLDER } from "./extract-batches.ts";
import { neighbourIn, neighbourOf } from "./name-neighbour.ts";
import { hasNumpyArrays, readNumpyArrays } from "./numpy-arrays.ts";
import { readFirst } from "./read-whole.ts";
import { readSample } from "./sample.ts";
import type { OnFile, Source } from "./source.ts";

/** Where the images come from. */
export type Place =
  | { readonly from: "sample" }
  | { readonly from: "folder"; readonly folder: string | undefined }
  | { readonly from: "download"; readonly cache: string; readonly url: string | undefined };

/**
 * Reads all images of a place. A folder may hold the official files, itself or in the folder that the archive unpacks to,
 * or the four NumPy arrays.
 * @throws UserError for a place that has not what it should
 */
export async function readSource(place: Place, { onProgress, signal }: LoadOptions): Promise<Source> {
  const onFile: OnFile = (done, total) => onProgress?.({ what: "reading CIFAR-10", done, total });
  if (place.from === "sample") return readSample(onFile);
  if (place.from === "folder") return readFolder(place.folder, onFile);
  const archive = { ...OFFICIAL_ARCHIVE, url: place.url ?? OFFICIAL_ARCHIVE.url };
  const folder = await downloadBatches(archive, place.cache, {
    onProgress: (done, total, trouble) =>
      onProgress?.({ what: `downloading CIFAR-10${trouble === undefined ? "" : ` again, since ${trouble}`}`, done, total }),
    ...(signal && { signal }),
  });
  return readBinaryBatches(folder, onFile);
}

async function readFolder(folder: string | undefined, onFile: OnFile): Promise<Source> {
  if (folder === undefined) {
    throw new UserError(
      "cifar10: the folder of its files is not named. Name it with --data DIR, fetch them with --set dataset.source=download, " +
        "or take the 4,000 built-in photographs with --set dataset.source=sample.",
    );
  }
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) {
    const neighbour = stats?.isFile() ? neighbourOf(await readFirst(folder), folder) : undefined;
    if (neighbour) throw neighbour;
    throw new UserError(
      `cifar10: data is "${folder}", which is not a folder. Name the folder of the CIFAR-10 files, or set dataset.source=download.`,
    );
  }
  const found = [folder, join(folder, ARCHIVE_FOLDER)].find((path) => BATCH_FILES.some((file) => existsSync(join(path, file))));
  if (found !== undefined) return await readBinaryBatches(found, onFile);
  if (hasNumpyArrays(folder)) return await readNumpyArrays(folder, onFile);
  throw neighbourIn(folder) ?? missingFile(folder);
}
