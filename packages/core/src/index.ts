// The entry point for plugin authors: docs/plugins.md. Applications import ./node. Exports of ./internals may change in any release.
export { z } from "zod";
export { ARCHITECTURES, type Architecture, type BuildOptions } from "./architecture.ts";
export { type Augment, mirrorsInTurn } from "./augment.ts";
export { BACKENDS, type Backend, type DeviceLimits, type Machine, type Probe, type ProfileRow, type Share } from "./backend.ts";
export type { BatchNormalizing } from "./batch-normalizing.ts";
export { BINARIZERS, type BinarizedLayer, type Binarizer, type BinarizerParameters, type Bits } from "./binarizer.ts";
export { type Config, defineConfig } from "./config.ts";
export { createContainer, type DependencyContainer } from "./container.ts";
export { type DashboardView, type ViewSpan, VIEWS } from "./dashboard-view.ts";
export { type Dataset, DATASETS, type ExpectedData, type LoadedDataset, type LoadOptions, type Split, type SplitName } from "./dataset.ts";
export type { Definition } from "./definition.ts";
export {
  type Draw,
  type DrawRound,
  type EnsembleScheme,
  type EnsembleSum,
  type NextRound,
  SCHEMES,
  type Verdict,
} from "./ensemble-scheme.ts";
export type * from "./events.ts";
export { KEY_MAPS, type KeyMap, type KeyMapPlace, type KnownKeyMap } from "./key-map.ts";
export { type ListenerContext, type Listener, LISTENERS } from "./listener.ts";
export { type Loss, LOSSES, type LossRows } from "./loss.ts";
export type { Lowerable, LoweredNode, LoweredWindow, LoweringContext, MapShape } from "./lowering.ts";
export { type Metric, type MetricInfo, METRICS } from "./metric.ts";
export { type Optimizer, OPTIMIZERS, type Parameter, type ParameterStep, type ParameterUpdate, type UpdateStep } from "./optimizer.ts";
export { MOVE_NUMBERS, moveImages, type Moves } from "./moves.ts";
export { type BennPlugin, definePlugin } from "./plugin.ts";
export type { Preprocessing, PreprocessingOperation } from "./preprocessing.ts";
export { type Preset, PRESETS, type Published } from "./preset.ts";
export { deriveSeed, type Random } from "./random.ts";
export type { Spec } from "./registry.ts";
export { resample } from "./resample.ts";
export { type Schedule, type ScheduledStep, SCHEDULES } from "./schedule.ts";
export type { LayerContext, StepAware } from "./layer-context.ts";
export type { HardTanh, KnownSurrogate, Own, Polynomial, Surrogate, Tanh } from "./surrogate.ts";
export { UserError } from "./user-error.ts";
export type { LinearMap } from "./linear-map.ts";
export { type Ballot, type LoweredVote, type Voter, VOTERS } from "./voter.ts";
