import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend } from "./guarded-backend.ts";
import { runOwn, WORKGROUP } from "./run-own.ts";
import type { Uniforms } from "./elements.ts";

export interface GroupReduction {
  /** Unique shader cache key. */
  readonly key: string;
  /** Tensors by their name in WGSL, where each is a flat array. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** Shapes by their name in WGSL. */
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  /** One workgroup each. */
  readonly groups: number;
  /** Elements per group. */
  readonly length: number;
  readonly uniforms?: Uniforms;
  /** WGSL statements for `row` (i32, one of the elements) of `group`, before the terms. */
  readonly row: string;
  /** WGSL for the summed terms. */
  readonly terms: readonly string[];
  /** WGSL statements that all threads of a group run once `sum0`, `sum1` … are complete; `local` is a thread's number. */
  readonly finish: string;
}

/**
 * Sums over the elements of groups and computes outputs from the sums, in one program. The order is fixed, so the same inputs give the same
 * sums.
 * @returns the outputs, which the caller disposes
 */
export function reduceGroups(backend: GuardedBackend, reduction: GroupReduction): TensorInfo[] {
  const { key, inputs, outputs, groups, length, uniforms = {}, row, terms, finish } = reduction;
  const made = Object.entries(outputs).map(([name, shape]) => [name, backend.makeTensorInfo([...shape], "float32")] as const);
  const each = (line: (term: string, i: number) => string): string => terms.map(line).join(" ");
  runOwn(backend, {
    key: `reduce_${key}`,
    inputs,
    outputs: Object.fromEntries(made),
    uniforms: { groups: ["i32", groups], length: ["i32", length], ...uniforms },
    workgroups: groups,
    declarations: each((_, i) => `var<workgroup> parts${i} : array<f32, ${WORKGROUP}>;`),
    statements: `
      if (group >= uniforms.groups) { return; }
      ${each((_, i) => `var part${i} = 0.0;`)}
      for (var row = local; row < uniforms.length; row += ${WORKGROUP}) { ${row} ${each((term, i) => `part${i} += ${term};`)} }
      ${each((_, i) => `parts${i}[local] = part${i};`)}
      workgroupBarrier();
      for (var half = ${WORKGROUP / 2}; half > 0; half /= 2) {
        if (local < half) { ${each((_, i) => `parts${i}[local] += parts${i}[local + half];`)} }
        workgroupBarrier();
      }
      ${each((_, i) => `let sum${i} = parts${i}[0];`)}
      ${finish}`,
  });
  return made.map(([, tensor]) => tensor);
}
