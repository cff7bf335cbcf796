export { type Checkpoint, readCheckpoint } from "./checkpoint/read-checkpoint.ts";
export type { Tensor } from "./checkpoint/tensor.ts";
export { placeOf, readKeyMap } from "./map/key-map.ts";
export { type MappedWeight, mapWeights, shown, type TargetNet } from "./map/map-weights.ts";
export { importTorch, type ImportRunOptions } from "./run/import-torch.ts";
export { type ImportOptions, type ImportPlan, planImport, type PlannedMember } from "./run/plan-import.ts";
