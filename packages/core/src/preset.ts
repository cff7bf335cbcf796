import type { InjectionToken } from "tsyringe";
import type { Config } from "./config.ts";
import type { Registry } from "./registry.ts";

/** The published results of a recipe. */
export interface Published {
  /** Test accuracies in %: of a single member, and of the vote. */
  readonly single: number;
  readonly ensemble: number;
  /** The member from which on the vote did not improve. */
  readonly overfitsFrom?: number;
}

/** A named configuration, `benn train --preset NAME`, provided by the plugin of its dataset. */
export interface Preset {
  readonly config: Config;
  readonly published?: Published;
}

export const PRESETS: InjectionToken<Registry<Preset>> = Symbol.for("benn.presets");
