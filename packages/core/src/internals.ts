// What benn's own packages share; it may change in any release. docs/internals.md describes what is here and why.
export { type AdamSettings, ADAM_SLOTS, updateByAdam } from "./built-in/adam.ts";
export { crossEntropyLoss } from "./built-in/cross-entropy-loss.ts";
export { crossEntropyRows } from "./built-in/cross-entropy-rows.ts";
export { type CheckedValue, checkValue, faultSentence, type ValueFault } from "./check-value.ts";
export { createAugment } from "./augment.ts";
export { drawCutout, type Rectangle } from "./cutout.ts";
export { completeScheme, weightedError } from "./ensemble-scheme.ts";
export { foreignFile, type ForeignFile } from "./foreign-file.ts";
export { ELEMENT_HASH, elementBits, keepsElement } from "./element-bits.ts";
export { KERNEL_CONTRACTS } from "./kernel-list.ts";
export { runTrainingKernel, type TrainingKernel } from "./kernels.ts";
export { isLowerable } from "./lowering.ts";
export { mapLogits } from "./linear-map.ts";
export { type LayerSummary, type ModelSummary, summarizeModel } from "./model-summary.ts";
export { movingAverages } from "./moving-averages.ts";
export { type NpyArray, parseNpy } from "./npy.ts";
export { OutOfMemoryError } from "./out-of-memory.ts";
export { fileError } from "./node/file-error.ts";
export { lowerPreprocessing } from "./preprocessing.ts";
export { printable } from "./printable.ts";
export { createRandom, shuffle } from "./random.ts";
export {
  readSafetensors,
  type Safetensors,
  type SafetensorsData,
  type SafetensorsEntry,
  type SafetensorsType,
  writeSafetensors,
} from "./safetensors.ts";
export { RunControl } from "./run-control.ts";
export { runUpdateKernel, slotOf } from "./run-update-kernel.ts";
export { winners } from "./staged-vote.ts";
export { type ExamResult, type Exams, type Expect, runExam } from "./testing/run-exam.ts";
export { EVALUATION, isStepAware } from "./layer-context.ts";
export { type MemberOptimizer, memberOptimizer } from "./train/member-optimizer.ts";
export { buildMember } from "./train/member-trainer.ts";
export { type MemberInMemory, MemoryStore } from "./train/memory-store.ts";
export type { MemberCheckpoint } from "./train/run-store.ts";
export type { Emitted } from "./train/emitted.ts";
export { type WeightValues, writeWeights } from "./train/model-weights.ts";
export { partRows } from "./train/part-rows.ts";
export { predictLogits, type PredictOptions, prepareLayers } from "./train/predict-logits.ts";
export { refuseVoter } from "./train/refuse-voter.ts";
export { type ResolvedConfig, resolveConfig, settingsOf } from "./train/resolve-config.ts";
export type { StepTensors } from "./train/step-metrics.ts";
export { type RunTask, trainRun } from "./train/train-run.ts";
export { toyContainer } from "./train/toy-problem.ts";
export { createStep, type StepObserver, type StepParts, type TrainBatch } from "./train/train-step.ts";
