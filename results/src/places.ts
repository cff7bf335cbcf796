import { dirname, join } from "node:path";
import { existsSync, readdirSync } from "node:fs";

export interface Places {
  /** Folder of all results. */
  readonly results: string;
  /** Where trainings write. */
  readonly runs: string;
}

/** Those of the repository. */
export const PLACES: Places = { results: dirname(import.meta.dirname), runs: join(dirname(dirname(import.meta.dirname)), "runs") };

/** Results by name: folders with a configuration. */
export function resultNames({ results }: Places): string[] {
  return readdirSync(results, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(results, entry.name, "config.json")))
    .map(({ name }) => name)
    .toSorted();
}
