import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend } from "../guarded-backend.ts";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import type { Uniforms } from "../elements.ts";
import { reduceGroups } from "../reduce-groups.ts";
import { WORKGROUP } from "../run-own.ts";

interface Size {
  /** Number of weights per filter. */
  readonly n: number;
  readonly inChannels: number;
  readonly filters: number;
}

function sizeOf({ shape }: TensorInfo): Size {
  const filters = shape.at(-1) ?? 1;
  return { filters, inChannels: shape.at(-2) ?? 1, n: shape.reduce((product, size) => product * size, 1) / filters };
}

/** One workgroup for each tap and filter, which centres its weights over all input channels. */
const centreAndClip: Kernel<{ w: TensorInfo }, unknown> = ({ inputs: { w }, backend }) => {
  const { n, inChannels, filters } = sizeOf(w);
  return reduceGroups(backend, {
    key: `centreAndClip_${inChannels > 1}`,
    inputs: { w },
    outputs: { clipped: w.shape },
    groups: (n / inChannels) * filters,
    length: inChannels,
    uniforms: { filters: ["i32", filters], share: ["f32", inChannels > 1 ? 1 / inChannels : 0] },
    row: `let at = (group / uniforms.filters * uniforms.length + row) * uniforms.filters + group % uniforms.filters;`,
    terms: ["w[at]"],
    finish: `
      for (var row = local; row < uniforms.length; row += ${WORKGROUP}) {
        let at = (group / uniforms.filters * uniforms.length + row) * uniforms.filters + group % uniforms.filters;
        clipped[at] = clamp(w[at] - sum0 * uniforms.share, -1.0, 1.0);
      }`,
  });
};

const binaryKernel: Kernel<{ w: TensorInfo }, unknown> = ({ inputs: { w }, backend }) => {
  const { n, filters } = sizeOf(w);
  return ofFilters(backend, {
    key: "binaryKernel",
    inputs: { w },
    shape: w.shape,
    n,
    filters,
    term: "abs(w[at])",
    sum: "magnitude",
    value: "select(magnitude, -magnitude, w[at] < 0.0)",
  });
};

const binaryKernelGrad: Kernel<{ w: TensorInfo; binary: TensorInfo; dy: TensorInfo }, unknown> = ({
  inputs: { w, binary, dy },
  backend,
}) => {
  const { n, inChannels, filters } = sizeOf(w);
  return ofFilters(backend, {
    key: "binaryKernelGrad",
    inputs: { w, binary, dy },
    shape: w.shape,
    n,
    filters,
    uniforms: { factor: ["f32", n * (inChannels > 1 ? 1 - 1 / inChannels : 1)] },
    term: "select(dy[at], -dy[at], w[at] < 0.0)",
    sum: "ofScale",
    value: `
      (select(0.0, abs(binary[at]) * dy[at], abs(w[at]) <= 1.0) + select(ofScale, -ofScale, w[at] < 0.0)) * uniforms.factor`,
  });
};

interface OfFilters {
  readonly key: string;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly shape: readonly number[];
  readonly n: number;
  readonly filters: number;
  readonly uniforms?: Uniforms;
  /** WGSL for the term that is summed over a filter's weights, as a function of `at`. */
  readonly term: string;
  /** WGSL name of its mean. */
  readonly sum: string;
  /** WGSL for a weight's result, as a function of `at`. */
  readonly value: string;
}

/** One workgroup per filter, which computes a mean over its weights, then a result for each of them. */
function ofFilters(backend: GuardedBackend, { key, inputs, shape, n, filters, uniforms = {}, term, sum, value }: OfFilters): TensorInfo[] {
  return reduceGroups(backend, {
    key,
    inputs,
    outputs: { y: shape },
    groups: filters,
    length: n,
    uniforms: { mean: ["f32", 1 / n], ...uniforms },
    row: "let at = row * uniforms.groups + group;",
    terms: [term],
    finish: `
      let ${sum} = sum0 * uniforms.mean;
      for (var row = local; row < uniforms.length; row += ${WORKGROUP}) {
        let at = row * uniforms.groups + group;
        y[at] = ${value};
      }`,
  });
}

export const binaryKernelKernels: KernelTable = {
  CentreAndClip: centreAndClip,
  BinaryKernel: binaryKernel,
  BinaryKernelGrad: binaryKernelGrad,
};
