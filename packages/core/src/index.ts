export { z } from "zod";
export { ARCHITECTURES, type Architecture, type BuildOptions } from "./architecture.ts";
export { BACKENDS, type Backend, type DeviceLimits, type Machine, type Probe, type ProfileRow, type Share } from "./backend.ts";
export type { MemberBench, StepKind, StepTime } from "./bench/member-bench.ts";
export { BINARIZERS, type BinarizedLayer, type Binarizer, type BinarizerParameters, type Bits } from "./binarizer.ts";
export { type Config, configSchema, defineConfig, parseConfig, type ParsedConfig } from "./config.ts";
export { type ContractKey, CONTRACTS, keysOf } from "./contracts.ts";
export { KEY_MAPS, type KeyMap, type KeyMapPlace, type KnownKeyMap } from "./key-map.ts";
export { type Loss, LOSSES, type LossRows } from "./loss.ts";
export { type Metric, type MetricInfo, METRICS } from "./metric.ts";
export { type Optimizer, OPTIMIZERS, type Parameter, type ParameterStep, type ParameterUpdate, type UpdateStep } from "./optimizer.ts";
export { type Preset, PRESETS, type Published } from "./preset.ts";
export { type Schedule, type ScheduledStep, SCHEDULES } from "./schedule.ts";
export { createStep, type StepObserver, type StepParts, type TrainBatch } from "./train/train-step.ts";
export { type MemberOptimizer, memberOptimizer } from "./train/member-optimizer.ts";
export type { StepTensors } from "./train/step-metrics.ts";
export { createContainer, DEFAULTS, type DependencyContainer, type InjectionToken } from "./container.ts";
export { type Dataset, DATASETS, type ExpectedData, type LoadedDataset, type LoadOptions, type Split, type SplitName } from "./dataset.ts";
export type { Definition } from "./definition.ts";
export {
  completeScheme,
  type Draw,
  type DrawRound,
  type EnsembleScheme,
  type NextRound,
  SCHEMES,
  type Verdict,
  weightedError,
} from "./ensemble-scheme.ts";
export type * from "./events.ts";
export { elementBits, keepsElement, runTrainingKernel, type TrainingKernel } from "./kernels.ts";
export { type HeardRun, type Listener, LISTENERS } from "./listener.ts";
export { isLowerable, type Lowerable, type LoweredNode, type LoweredWindow, type LoweringContext, type MapShape } from "./lowering.ts";
export { nearest } from "./nearest.ts";
export { OutOfMemoryError } from "./out-of-memory.ts";
export { type BennPlugin, definePlugin } from "./plugin.ts";
export { lowerPreprocessing, type Preprocessing, type PreprocessingOperation } from "./preprocessing.ts";
export { createRandom, deriveSeed, type Random, shuffle } from "./random.ts";
export { resample } from "./resample.ts";
export { Registry, type RegistryEntry, type Spec } from "./registry.ts";
export { RunControl } from "./run-control.ts";
export { EVALUATION, isStepAware, type Step, type StepAware } from "./step.ts";
export { UserError } from "./user-error.ts";
export { type Ballot, type LoweredVote, type Voter, VOTERS } from "./voter.ts";
export {
  readSafetensors,
  type Safetensors,
  type SafetensorsData,
  type SafetensorsEntry,
  type SafetensorsType,
  writeSafetensors,
} from "./safetensors.ts";
export { type LayerSummary, type ModelSummary, summarizeModel } from "./model-summary.ts";
export { outOfBagAccuracy } from "./out-of-bag.ts";
export { accuracy, hasTopFive, stagedAccuracy, topFiveAccuracy, winners } from "./staged-vote.ts";
export { type GivenMembers, UNKNOWN_EPOCH } from "./train/given-members.ts";
export type { WeightValues } from "./train/model-weights.ts";
export { prepareLayers } from "./train/predict-logits.ts";
export { type MemberConfig, type ResolvedConfig, resolveConfig } from "./train/resolve-config.ts";
