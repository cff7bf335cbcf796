import { type Dataset, UserError, z } from "@benn/core";
import { augmentationOf, augmentOptions, cacheFolder, loadInMemory, rowOptions } from "@benn/data-kit";
import { CACHED, downloadIdx } from "./download-idx.ts";
import type { Family } from "./family.ts";
import { idxFolder, readIdxFolder, SIDE } from "./read-idx-folder.ts";

export const mnistOptions = z.object({
  data: z.string().min(1).optional().describe("folder with the four IDX files, packed with gzip or not"),
  source: z
    .enum(["folder", "download"])
    .default("folder")
    .describe("the folder named by data, or the official files, which are downloaded once"),
  url: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .optional()
    .describe("folder on a server to download the four files from, if not from the usual one"),
  cache: z.string().min(1).optional().describe("folder for downloads; the user's cache if absent"),
  ...augmentOptions({ flip: false, side: SIDE }),
  ...rowOptions(10, { train: "training images", test: "test images" }),
});

export type MnistOptions = z.output<typeof mnistOptions>;

const SHAPE = [SIDE, SIDE, 1] as const;

/**
 * A dataset in MNIST's form: grey images of 28×28, [28, 28, 1], of ten classes.
 * @throws UserError for options that exclude one another
 */
export function mnist(family: Family, options: MnistOptions): Dataset {
  const { dataset, title, labels } = family;
  const { data, source, url, cache = cacheFolder(dataset), trainRows, testRows } = options;
  const augmentation = augmentationOf(dataset, options, SIDE);
  if (url !== undefined && source !== "download")
    throw new UserError(`${dataset}: url is for source=download, but source is ${source}. Leave one of the two out.`);
  if (data !== undefined && source === "download")
    throw new UserError(`${dataset}: source=download reads no folder, but data is "${data}". Leave one of the two out.`);
  return {
    expected: { shape: SHAPE, classes: labels.length, moves: true },
    locate: () =>
      [...(data === undefined ? [] : [data]), process.cwd(), `${cache}/${CACHED}`]
        .map((folder) => idxFolder(folder, family, true))
        .find((folder) => folder !== undefined),
    async load(load) {
      const { onProgress, signal } = load;
      const told = (what: string) => (done: number, total: number, trouble?: string) =>
        onProgress?.({ what: `${what} ${title}${trouble === undefined ? "" : ` again, since ${trouble}`}`, done, total });
      if (source === "folder" && data === undefined) {
        throw new UserError(
          `${dataset}: the folder of its files is not named. Name it with --data DIR, or fetch them with --set dataset.source=download.`,
        );
      }
      const folder =
        data ?? (await downloadIdx(family, url ?? family.url, cache, { onProgress: told("downloading"), ...(signal && { signal }) }));
      const { train, test, files } = await readIdxFolder(folder, family, told("reading"));
      const provenance = { dataset: title, source, sha256: files };
      return await loadInMemory({ dataset, shape: SHAPE, labels, train, test, trainRows, testRows, augmentation, provenance }, load);
    },
  };
}
