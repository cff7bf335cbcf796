import type { TensorInfo } from "@tensorflow/tfjs";
import type { GuardedBackend } from "../guarded-backend.ts";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";
import { channelSums } from "./channel-sums.ts";

interface Size {
  readonly rows: number;
  readonly channels: number;
}

function sizeOf({ shape }: TensorInfo): Size {
  const channels = shape.at(-1) ?? 1;
  return { channels, rows: shape.slice(0, -1).reduce((product, n) => product * n, 1) };
}

/**
 * Batch norm in training over all axes but the last; the variance is of differences from the mean, in a second pass over x.
 * @see S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithm 1
 */
const batchNorm: Kernel<{ x: TensorInfo; scale?: TensorInfo; offset?: TensorInfo }, { epsilon: number }> = ({
  inputs: { x, scale, offset },
  attrs: { epsilon },
  backend,
}) => {
  const { rows, channels } = sizeOf(x);
  const sum = channelSums(backend, { key: "x", inputs: { x }, rows, channels, term: "x[at]" });
  const mean = divided(backend, sum, rows);
  const squares = "(x[at] - mean[channel]) * (x[at] - mean[channel])";
  const spread = channelSums(backend, { key: "squares", inputs: { x, mean }, rows, channels, term: squares });
  const variance = divided(backend, spread, rows);
  const y = runElements(backend, {
    key: `batchNorm_${scale ? "scale" : ""}_${offset ? "offset" : ""}`,
    inputs: { x, mean, variance, ...(scale ? { scale } : {}), ...(offset ? { offset } : {}) },
    shape: x.shape,
    uniforms: { channels: ["i32", channels], epsilon: ["f32", epsilon] },
    value: `
      let channel = index % uniforms.channels;
      let slope = inverseSqrt(variance[channel] + uniforms.epsilon)${scale ? " * scale[channel]" : ""};
      return (x[index] - mean[channel]) * slope${offset ? " + offset[channel]" : ""};`,
  });
  return [y, mean, variance];
};

interface GradInputs {
  readonly x: TensorInfo;
  readonly dy: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  readonly scale?: TensorInfo;
}

const batchNormGrad: Kernel<GradInputs, { epsilon: number }> = ({
  inputs: { x, dy, mean, variance, scale },
  attrs: { epsilon },
  backend,
}) => {
  const { rows, channels } = sizeOf(x);
  const dOffset = channelSums(backend, { key: "dy", inputs: { dy }, rows, channels, term: "dy[at]" });
  const products = channelSums(backend, {
    key: "products",
    inputs: { x, dy, mean },
    rows,
    channels,
    term: "dy[at] * (x[at] - mean[channel])",
  });
  const dScale = runElements(backend, {
    key: "batchNormScaleGrad",
    inputs: { products, variance },
    shape: [channels],
    uniforms: { epsilon: ["f32", epsilon] },
    value: "return products[index] * inverseSqrt(variance[index] + uniforms.epsilon);",
  });
  backend.disposeData(products.dataId);
  const dx = runElements(backend, {
    key: `batchNormGrad_${scale ? "scale" : ""}`,
    inputs: { x, dy, mean, variance, dScale, dOffset, ...(scale ? { scale } : {}) },
    shape: x.shape,
    uniforms: { channels: ["i32", channels], rows: ["f32", rows], epsilon: ["f32", epsilon] },
    value: `
      let channel = index % uniforms.channels;
      let slope = inverseSqrt(variance[channel] + uniforms.epsilon);
      let normalized = (x[index] - mean[channel]) * slope;
      let centred = dy[index] - (dOffset[channel] + normalized * dScale[channel]) / uniforms.rows;
      return centred * slope${scale ? " * scale[channel]" : ""};`,
  });
  return [dx, dScale, dOffset];
};

function divided(backend: GuardedBackend, sum: TensorInfo, by: number): TensorInfo {
  const quotient = runElements(backend, {
    key: "divided",
    inputs: { sum },
    shape: sum.shape,
    uniforms: { by: ["f32", by] },
    value: "return sum[index] / uniforms.by;",
  });
  backend.disposeData(sum.dataId);
  return quotient;
}

export const batchNormKernels: KernelTable = { BatchNorm: batchNorm, BatchNormGrad: batchNormGrad };
