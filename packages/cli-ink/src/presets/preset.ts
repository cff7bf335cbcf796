import type { Config } from "@benn/core";

/** A configuration with a name: `benn train --preset NAME`. */
export interface Preset {
  readonly description: string;
  readonly config: Config;
}
