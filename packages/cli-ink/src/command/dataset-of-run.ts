import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { Spec } from "@benn/core";
import { quoted } from "./command-name.ts";
import type { RunOrigin } from "./run-origin.ts";

/** What the command line specifies about a run's dataset. */
export interface GivenDataset {
  /** Folder of the data, if they have moved. */
  readonly data?: string | undefined;
  /** Folder that the dataset may write to. */
  readonly cache?: string | undefined;
}

/**
 * The dataset of a run that is opened again. A run may come from elsewhere, and a dataset writes into its cache. A cache that only
 * experiment.json names is therefore used only inside the working folder; otherwise the user's own cache replaces it.
 * @param warn receives a sentence if the cache is replaced
 */
export function datasetOfRun(
  { folder, config }: RunOrigin,
  { data, cache }: GivenDataset,
  warn: (message: string) => void,
  cwd: string = process.cwd(),
): { readonly dataset: Spec } | Record<string, never> {
  const { dataset } = config;
  if (dataset === undefined) return {};
  const own: Spec = typeof dataset === "string" ? { name: dataset } : dataset;
  const kept = own["cache"];
  const isForeign = cache === undefined && typeof kept === "string" && !isWithin(cwd, resolve(cwd, kept));
  if (isForeign) {
    warn(
      `run folder ${folder}: its experiment.json keeps downloads and indexes in ${kept}, which is not in this folder, so nothing is ` +
        `written there and your own cache is used. If you trust it, add --cache ${quoted(kept)}.`,
    );
  }
  // Left out rather than undefined: a dataset need not have the option.
  const isReplaced = (key: string): boolean => (key === "source" && data !== undefined) || (key === "cache" && isForeign);
  return {
    dataset: {
      ...(Object.fromEntries(Object.entries(own).filter(([key]) => !isReplaced(key))) as Spec),
      ...(data === undefined ? {} : { data: resolve(cwd, data) }),
      ...(cache === undefined ? {} : { cache: resolve(cwd, cache) }),
    },
  };
}

/** Whether the path is inside the folder. Follows links in the part of the path that exists. */
function isWithin(folder: string, path: string): boolean {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const way = relative(realpathSync(folder), realpathSync(there));
  return !way.startsWith("..") && !isAbsolute(way);
}
