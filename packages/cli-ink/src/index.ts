export { builtInPlugins } from "./built-in-plugins.ts";
export { presets } from "./presets/presets.ts";
export type { Preset } from "./presets/preset.ts";
export { train, type TrainSettings } from "./train.ts";
