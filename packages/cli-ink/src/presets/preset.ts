import type { Config } from "@benn/core";

/** A configuration with a name: `benn train --preset NAME`. */
export interface Preset {
  readonly description: string;
  readonly config: Config;
  /** What the reference published of this recipe. */
  readonly published?: Published;
}

export interface Published {
  /** Test accuracies in %: of a single member, and of the vote. */
  readonly single: number;
  readonly ensemble: number;
  /** The member from which on the vote got no better, as the reference counts them. */
  readonly overfitsFrom?: number;
}

/** In words, for a description. */
export function publishedWords({ single, ensemble, overfitsFrom }: Published): string {
  const rise = `published: ${single.toFixed(2)} → ${ensemble.toFixed(2)} %`;
  return overfitsFrom === undefined ? rise : `${rise}, overfits from member ${overfitsFrom}`;
}
