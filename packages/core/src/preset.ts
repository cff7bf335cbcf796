import type { InjectionToken } from "tsyringe";
import type { Config } from "./config.ts";
import type { Registry } from "./registry.ts";

/** What a paper published of a recipe. */
export interface Published {
  /** Test accuracies in %: of a single member, and of the vote. */
  readonly single: number;
  readonly ensemble: number;
  /** The member from which on the vote got no better. */
  readonly overfitsFrom?: number;
}

/** A configuration with a name, `benn train --preset NAME`, brought by the plugin whose data it is for. */
export interface Preset {
  readonly config: Config;
  readonly published?: Published;
}

export const PRESETS: InjectionToken<Registry<Preset>> = Symbol.for("benn.presets");
