import type { TensorInfo } from "@benn/core/tensorflow";

/** A uniform by its name in WGSL: `f32`, `i32` or `u32`. */
export type Uniforms = Readonly<Record<string, readonly [type: "f32" | "i32" | "u32", value: number]>>;

/** A tensor whose elements are computed independently. */
export interface Elements {
  /** Unique shader cache key: it must include everything that affects the WGSL and is not in `code`. */
  readonly key: string;
  /** Tensors by their name in WGSL, where each is a flat array. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly shape: readonly number[];
  readonly dtype?: "float32" | "int32";
  readonly uniforms?: Uniforms;
  /** WGSL functions that `value` calls. */
  readonly functions?: string;
  /** A tensor with the same number of values to write to, instead of a new one. */
  readonly output?: TensorInfo | undefined;
  /** WGSL statements that return element `index` (i32) of the output. */
  readonly value: string;
}
