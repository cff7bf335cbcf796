import type { InjectionToken } from "tsyringe";
import type { Registry, Spec } from "./registry.ts";

/** Where a weight goes: `fc6/kernel`; with `flattened` for weights behind a flattened image, whose order differs in PyTorch. */
export type KeyMapPlace =
  | string
  | { readonly to: string; readonly flattened?: readonly [channels: number, height: number, width: number] | undefined };

/** Where the weights of another framework's network go in one of ours. */
export interface KeyMap {
  /** Name of a module → name of our layer: its weight, bias and running statistics go to the layer's. */
  readonly modules: Readonly<Record<string, string>>;
  /** A whole key → a whole name of ours, for what modules cannot express. */
  readonly keys: Readonly<Record<string, KeyMapPlace>>;
  /** Keys to leave out; `*` matches anything. */
  readonly ignore: readonly string[];
}

/** The key map of a published network, brought by the plugin of the architecture that it maps to. */
export interface KnownKeyMap {
  /** Whether the map is for this architecture as it is configured. */
  fits(architecture: Spec): boolean;
  readonly map: KeyMap;
}

export const KEY_MAPS: InjectionToken<Registry<KnownKeyMap>> = Symbol.for("benn.keyMaps");
