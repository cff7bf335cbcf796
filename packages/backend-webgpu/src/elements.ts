import type { TensorInfo } from "@tensorflow/tfjs";

/** A uniform by its name in WGSL: `f32`, `i32` or `u32`. */
export type Uniforms = Readonly<Record<string, readonly [type: "f32" | "i32" | "u32", value: number]>>;

/** A tensor whose elements are computed each on its own. */
export interface Elements {
  /** Tells this WGSL from all other; what is not in `code` must be in here. */
  readonly key: string;
  /** Tensors by their name in WGSL, where each is a flat array. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly shape: readonly number[];
  readonly dtype?: "float32" | "int32";
  readonly uniforms?: Uniforms;
  /** WGSL functions that `value` calls. */
  readonly functions?: string;
  /** A tensor of as many values to write to, instead of a new one. */
  readonly output?: TensorInfo | undefined;
  /** WGSL statements that return element `index` (i32) of the output. */
  readonly value: string;
}
