export { evaluateRun, type EvaluatedMember, type EvaluateOptions, type Evaluation } from "./evaluate-run.ts";
export { bennVersion } from "./experiment.ts";
export { followEvents, openRun, type SavedRun } from "./open-run.ts";
export { type PlannedKind, planRun, type RunPlan } from "./plan-run.ts";
export { type RunResult, train, type TrainOptions } from "./train.ts";
export { discoverPlugins } from "./plugins/discover-plugins.ts";
export { fileSpecifier, installResolver } from "./plugins/install-resolver.ts";
export { type LoadedPlugin, loadPlugins, type PluginSource } from "./plugins/load-plugins.ts";
