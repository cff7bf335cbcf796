import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { Spec } from "@benn/core";
import { quoted } from "./command-name.ts";
import type { RunOrigin } from "./plugins-of-run.ts";

/** What the command line says of a run's dataset. */
export interface GivenDataset {
  /** Folder of the data, where they have moved. */
  readonly data?: string | undefined;
  /** Folder that the dataset may write to. */
  readonly cache?: string | undefined;
}

/**
 * The dataset of a run that is opened again. A run may come from elsewhere, and a dataset writes into its cache; so a cache that only
 * experiment.json names is used where it lies in the working folder, and else the user's own in its place.
 * @param warn gets a sentence where the cache is left out
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
  // Left out, not undefined: a data set need not have the option.
  const isReplaced = (key: string): boolean => (key === "source" && data !== undefined) || (key === "cache" && isForeign);
  return {
    dataset: {
      ...(Object.fromEntries(Object.entries(own).filter(([key]) => !isReplaced(key))) as Spec),
      ...(data === undefined ? {} : { data: resolve(cwd, data) }),
      ...(cache === undefined ? {} : { cache: resolve(cwd, cache) }),
    },
  };
}

/** Whether the path lies in the folder, links followed: those of what is there of it. */
function isWithin(folder: string, path: string): boolean {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const way = relative(realpathSync(folder), realpathSync(there));
  return !way.startsWith("..") && !isAbsolute(way);
}
