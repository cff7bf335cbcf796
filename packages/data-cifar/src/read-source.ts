import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type LoadOptions, UserError } from "@benn/core";
import { foreignFileError, readFirst } from "@benn/data-kit";
import { missingFile, readBinaryBatches } from "./binary-batches.ts";
import { downloadBatches } from "./download.ts";
import { imageFiles, type Layout } from "./layout.ts";
import { neighbourIn } from "./name-neighbour.ts";
import { hasNumpyArrays, readNumpyArrays } from "./numpy-arrays.ts";
import { readSample } from "./sample.ts";
import type { OnFile, Source } from "./source.ts";

/** Where the images come from. */
export type CifarSource =
  | { readonly from: "sample" }
  | { readonly from: "folder"; readonly folder: string | undefined }
  | { readonly from: "download"; readonly cache: string; readonly url: string | undefined };

/**
 * Reads all images of a source. A folder may contain the official files, directly or in the folder that the archive unpacks to, or for
 * CIFAR-10 the four NumPy arrays.
 * @throws UserError for a source without the expected files
 */
export async function readSource(place: CifarSource, layout: Layout, { onProgress, signal }: LoadOptions): Promise<Source> {
  const { title } = layout;
  const onFile: OnFile = (done, total) => onProgress?.({ what: `reading ${title}`, done, total });
  if (place.from === "sample") return readSample(onFile);
  if (place.from === "folder") return readFolder(place.folder, layout, onFile);
  const archive = { ...layout.archive, url: place.url ?? layout.archive.url };
  const folder = await downloadBatches(layout, archive, place.cache, {
    onProgress: (done, total, trouble) =>
      onProgress?.({ what: `downloading ${title}${trouble === undefined ? "" : ` again, since ${trouble}`}`, done, total }),
    ...(signal && { signal }),
  });
  return readBinaryBatches(folder, layout, onFile);
}

async function readFolder(folder: string | undefined, layout: Layout, onFile: OnFile): Promise<Source> {
  const { dataset, title, folder: inner } = layout;
  const hasSample = dataset === "cifar10";
  if (folder === undefined) {
    const ways = [
      "Name it with --data DIR",
      "fetch them with --set dataset.source=download",
      ...(hasSample ? ["take the 4,000 built-in photographs with --set dataset.source=sample"] : []),
    ];
    throw new UserError(
      `${dataset}: the folder of its files is not named. ${ways.slice(0, -1).join(", ")}${hasSample ? "," : ""} or ${ways.at(-1)}.`,
    );
  }
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) {
    const neighbour = stats?.isFile() ? foreignFileError(await readFirst(folder, dataset), folder, dataset) : undefined;
    if (neighbour) throw neighbour;
    throw new UserError(
      `${dataset}: data is "${folder}", which is not a folder. Name the folder of the ${title} files, or set dataset.source=download.`,
    );
  }
  const found = [folder, join(folder, inner)].find((path) => imageFiles(layout).some((file) => existsSync(join(path, file))));
  if (found !== undefined) return await readBinaryBatches(found, layout, onFile);
  if (hasSample && hasNumpyArrays(folder)) return await readNumpyArrays(folder, onFile);
  throw neighbourIn(folder, layout) ?? missingFile(folder, layout);
}
