import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend } from "./guarded-backend.ts";
import { runOwn, WORKGROUP } from "./run-own.ts";

export interface InPlace {
  /** Unique shader cache key. */
  readonly key: string;
  /** Tensors by their name in WGSL, where each is a flat array; these are written to. */
  readonly updates: Readonly<Record<string, TensorInfo>>;
  /** Tensors that are read. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** f32, by their name in WGSL. */
  readonly uniforms: Readonly<Record<string, number>>;
  /** WGSL statements for element `index` (i32) of the largest tensor, and beyond its end: they must check each tensor's length. */
  readonly statements: string;
}

/**
 * Updates tensors in place. What a training step passes to the next (weights, moments, running statistics) then stays in its buffers, which
 * saves memory and makes every step like the one before.
 * @returns the updated tensors, as new references that the caller disposes; undefined if something else holds one of them too, and would
 *   see it
 *   change
 */
export function runInPlace(backend: GuardedBackend, { key, updates, inputs, uniforms, statements }: InPlace): TensorInfo[] | undefined {
  const updated = Object.values(updates);
  const isOwn = ({ dataId }: TensorInfo): boolean =>
    backend.refCount(dataId) === 1 && !backend.isWanted(dataId) && backend.tensorMap.get(dataId).external !== true;
  const size = Math.max(0, ...updated.map(({ shape }) => shape.reduce((product, n) => product * n, 1)));
  for (const { dataId } of updated) backend.uploadToGPU(dataId);
  if (size === 0 || !updated.every(isOwn)) return undefined;
  runOwn(backend, {
    key,
    inputs,
    outputs: updates,
    uniforms: Object.fromEntries(Object.entries(uniforms).map(([name, value]) => [name, ["f32", value] as const])),
    workgroups: Math.ceil(size / WORKGROUP),
    statements: `
      let index = group * ${WORKGROUP} + local;
      ${statements}`,
  });
  for (const { dataId } of updated) {
    backend.incRef(dataId);
    backend.tensorMap.get(dataId).values = null as never; // values that were read before are outdated
  }
  return updated.map(({ dataId, shape, dtype }) => ({ dataId, shape, dtype })); // new references, in addition to the given ones
}
