import type { Config } from "@benn/core";

/** A run folder, with the contents of its experiment.json. */
export interface RunOrigin {
  readonly folder: string;
  readonly config: Config;
}
