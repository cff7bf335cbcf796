import type { InjectionToken } from "tsyringe";
import type { Registry, Spec } from "./registry.ts";

/** Where a weight goes: `fc6/kernel`. `flattened` marks weights behind a flattened image, whose order differs in PyTorch. */
export type KeyMapPlace =
  | string
  | { readonly to: string; readonly flattened?: readonly [channels: number, height: number, width: number] | undefined };

/** Maps the weights of a network from another framework to one of ours. */
export interface KeyMap {
  /** Module name → layer name of ours: weight, bias and running statistics go to that layer. */
  readonly modules: Readonly<Record<string, string>>;
  /** Full key → full weight name of ours, for what `modules` cannot express. */
  readonly keys: Readonly<Record<string, KeyMapPlace>>;
  /** Keys to ignore; `*` matches anything. */
  readonly ignore: readonly string[];
}

/** The key map of a published network, provided by the plugin of the architecture that it maps to. */
export interface KnownKeyMap {
  /** Whether the map fits this architecture with these options. */
  fits(architecture: Spec): boolean;
  readonly map: KeyMap;
}

export const KEY_MAPS: InjectionToken<Registry<KnownKeyMap>> = Symbol.for("benn.keyMaps");
