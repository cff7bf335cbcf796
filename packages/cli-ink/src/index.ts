// The door for programs, docs/applications.md: what the command does, without its screen; and all that plugins and configuration files
// import, so that one installed package suffices.
export {
  ARCHITECTURES,
  BACKENDS,
  BINARIZERS,
  createContainer,
  DATASETS,
  defineConfig,
  definePlugin,
  deriveSeed,
  KEY_MAPS,
  LISTENERS,
  LOSSES,
  METRICS,
  mirrorsInTurn,
  MOVE_NUMBERS,
  moveImages,
  OPTIMIZERS,
  PRESETS,
  resample,
  SCHEDULES,
  SCHEMES,
  UserError,
  VIEWS,
  VOTERS,
  z,
} from "@benn/core";
export type * from "@benn/core";
export { openEnsemble, openRun, type PluginSource, RunControl, type RunResult, type SavedRun } from "@benn/core/node";
export { load, PackedError, type PackedModel, type Picture, type Prediction } from "@benn/packed";
export type { EnsembleEvaluation } from "@benn/analysis";
export type { Exported } from "@benn/packed/export";
export type { ArrayData, ArraySplit } from "./api/arrays.ts";
export { evaluate, type EvaluateSettings } from "./api/evaluate.ts";
export { exportRun, type ExportSettings } from "./api/export-run.ts";
export type { RunSettings } from "./api/open-runs.ts";
export { report, type ReportSettings } from "./api/report.ts";
export { select, type SelectSettings } from "./api/select.ts";
export { builtInPlugins } from "./built-in-plugins.ts";
export { openContainer } from "./command/open-container.ts";
export { defaults } from "./defaults.ts";
export type { Selection } from "./selection/selection-schema.ts";
export { train, type Training, type TrainSettings } from "./train.ts";
