export type { VoteName } from "./graph.ts";
export type { Drawable } from "./drawn-pixels.ts";
export type { ImageInput } from "./image.ts";
export type { Picture } from "./picture.ts";
export type { CompiledModules } from "./kernels.ts";
export { load, type LoadOptions } from "./load.ts";
export { PackedError } from "./packed-error.ts";
export type { PackedModel, Prediction, PredictOptions, Vote } from "./packed-model.ts";
export type { LoadProgress } from "./read-bytes.ts";
