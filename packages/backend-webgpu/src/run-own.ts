import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend } from "./guarded-backend.ts";
import type { Uniforms } from "./elements.ts";
import { data, declare } from "./run-elements.ts";

export interface Own {
  /** Unique shader cache key. */
  readonly key: string;
  /** Tensors by their name in WGSL, where each is a flat array of f32; these are read. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** These are written to, and may be read. */
  readonly outputs: Readonly<Record<string, TensorInfo>>;
  /** At least one. */
  readonly uniforms: Uniforms;
  /** Number of workgroups of WORKGROUP threads. */
  readonly workgroups: number;
  /** WGSL declarations outside the function. */
  readonly declarations?: string;
  /** WGSL statements for the thread `local` of the workgroup `group`, both i32; `group` may exceed the last one. */
  readonly statements: string;
}

/** Threads of a workgroup. */
export const WORKGROUP = 64;
/** WebGPU's minimum limit of workgroups per dimension. */
export const MOST_IN_A_ROW = 65_535;

/** Runs WGSL with any number of outputs; TensorFlow.js's programs have one. */
export function runOwn(backend: GuardedBackend, { key, inputs, outputs, uniforms, workgroups, declarations = "", statements }: Own): void {
  if (workgroups === 0) return;
  const bindings = [
    ...Object.keys(outputs).map((name) => `var<storage, read_write> ${name} : array<f32>`),
    ...Object.keys(inputs).map((name) => `var<storage, read> ${name} : array<f32>`),
    "var<uniform> uniforms : Uniforms",
  ];
  const across = Math.min(workgroups, MOST_IN_A_ROW);
  backend.runOwnProgram({
    key: `benn_${key}`,
    wgsl: () => `
      struct Uniforms { ${declare(uniforms)} }
      ${bindings.map((binding, i) => `@group(0) @binding(${i}) ${binding};`).join("\n")}
      ${declarations}
      @compute @workgroup_size(${WORKGROUP})
      fn main(@builtin(workgroup_id) id : vec3<u32>, @builtin(num_workgroups) workgroups : vec3<u32>, @builtin(local_invocation_index) thread_ : u32) {
        let group = i32(id.y * workgroups.x + id.x);
        let local = i32(thread_);
        ${statements}
      }`,
    tensors: [...Object.values(outputs), ...Object.values(inputs)],
    uniforms: data(uniforms),
    workgroups: [across, Math.ceil(workgroups / across), 1],
  });
}
