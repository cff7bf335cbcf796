import type { TensorInfo } from "@tensorflow/tfjs";
import type { GuardedBackend } from "./guarded-backend.ts";

export interface InPlace {
  /** Tells this WGSL from all other. */
  readonly key: string;
  /** Tensors of one size by their name in WGSL, where each is a flat array; these are written to. */
  readonly updates: Readonly<Record<string, TensorInfo>>;
  /** As many values each, which are read. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** f32, by their name in WGSL. */
  readonly uniforms: Readonly<Record<string, number>>;
  /** WGSL statements for element `index` (u32). */
  readonly statements: string;
}

const WORKGROUP = 64;
/** WebGPU's least limit of workgroups in one direction. */
const MOST_IN_A_ROW = 65_535;

/**
 * Updates tensors where they are. What a training step carries over to the next (weights, moments, running statistics) then
 * stays in its buffers, which saves memory, and lets every step be like the one before.
 * @returns the updated tensors, with a reference of their own that the caller disposes; undefined where somebody else holds
 *   one of them too, who would see it change
 */
export function runInPlace(backend: GuardedBackend, { key, updates, inputs, uniforms, statements }: InPlace): TensorInfo[] | undefined {
  const updated = Object.values(updates);
  const isOwn = ({ dataId }: TensorInfo): boolean => backend.refCount(dataId) === 1 && backend.tensorMap.get(dataId).external !== true;
  const [size = 0] = updated.map(({ shape }) => shape.reduce((product, n) => product * n, 1));
  for (const { dataId } of updated) backend.uploadToGPU(dataId);
  if (size === 0 || !updated.every(isOwn)) return undefined;
  const names = Object.keys(uniforms);
  const bindings = [
    ...Object.keys(updates).map((name) => `var<storage, read_write> ${name} : array<f32>`),
    ...Object.keys(inputs).map((name) => `var<storage, read> ${name} : array<f32>`),
    "var<uniform> uniforms : Uniforms",
  ];
  const workgroups = Math.ceil(size / WORKGROUP);
  const across = Math.min(workgroups, MOST_IN_A_ROW);
  backend.runOwnProgram({
    key: `benn_${key}`,
    wgsl: () => `
      struct Uniforms { ${names.map((name) => `${name} : f32`).join(", ")} }
      ${bindings.map((binding, i) => `@group(0) @binding(${i}) ${binding};`).join("\n")}
      @compute @workgroup_size(${WORKGROUP})
      fn main(@builtin(global_invocation_id) id : vec3<u32>, @builtin(num_workgroups) workgroups : vec3<u32>) {
        let index = id.y * workgroups.x * ${WORKGROUP}u + id.x;
        if (index >= arrayLength(&${Object.keys(updates)[0]})) { return; }
        ${statements}
      }`,
    tensors: [...updated, ...Object.values(inputs)],
    uniforms: Object.values(uniforms),
    workgroups: [across, Math.ceil(workgroups / across), 1],
  });
  for (const { dataId } of updated) {
    backend.incRef(dataId);
    backend.tensorMap.get(dataId).values = null as never; // what was read before is no longer so
  }
  return updated.map(({ dataId, shape, dtype }) => ({ dataId, shape, dtype })); // tensors of their own, beside the given ones
}
