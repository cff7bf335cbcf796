import { UserError, z } from "@benn/core";
import { augmentOptions, rowOptions } from "@benn/data-kit";
import { SIDE } from "./images.ts";
import type { Layout } from "./layout.ts";
import type { CifarSource } from "./read-source.ts";

/** URL of the official archive, if not its own site. */
export const urlOption = z
  .url({ protocol: /^https?$/, error: "must be an http or https address" })
  .optional()
  .describe("where to download the official archive from, if not from its own site");

/** Common options of CIFAR-10 and CIFAR-100, after those for the source. */
export const preparationOptions = {
  cache: z.string().min(1).optional().describe("folder for downloads and fitted whitening; the user's cache if absent"),
  preprocess: z
    .enum(["standardize", "gcn-zca"])
    .default("standardize")
    .describe("standardize: per-channel mean and deviation; gcn-zca: contrast normalisation of each image, then ZCA whitening"),
  ...augmentOptions({ flip: false, side: SIDE }),
  ...rowOptions(10, { train: "training images", test: "test images" }),
};

/**
 * The source of the images by the options.
 * @throws UserError for options that exclude one another
 */
export function choosePlace(
  { dataset }: Layout,
  { data, url, source }: { readonly data?: string | undefined; readonly url?: string | undefined; readonly source: CifarSource["from"] },
  cache: string,
): CifarSource {
  if (url !== undefined && source !== "download") {
    throw new UserError(`${dataset}: url is for source=download, but source is ${source}. Leave one of the two out.`);
  }
  if (source === "folder") return { from: source, folder: data };
  if (data !== undefined) {
    throw new UserError(`${dataset}: source=${source} reads no folder, but data is "${data}". Leave one of the two out.`);
  }
  return source === "download" ? { from: source, cache, url } : { from: source };
}
