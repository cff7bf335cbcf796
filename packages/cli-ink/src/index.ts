export { builtInPlugins } from "./built-in-plugins.ts";
export { openContainer } from "./command/open-container.ts";
export { defaults } from "./defaults.ts";
export { train, type TrainSettings } from "./train.ts";
