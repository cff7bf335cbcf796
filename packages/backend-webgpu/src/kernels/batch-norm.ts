import type { TensorInfo } from "@tensorflow/tfjs";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";
import { runInPlace } from "../run-in-place.ts";
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
  const sums = { rows, channels, factor: 1 / rows };
  const mean = channelSums(backend, { ...sums, key: "x", inputs: { x }, terms: ["x[at]"] });
  const squares = "(x[at] - mean[channel]) * (x[at] - mean[channel])";
  const variance = channelSums(backend, { ...sums, key: "squares", inputs: { x, mean }, terms: [squares] });
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
  // Σ dy, then Σ dy · (x − mean), of each channel.
  const sums = channelSums(backend, {
    key: "gradients",
    inputs: { x, dy, mean },
    rows,
    channels,
    terms: ["dy[at]", "dy[at] * (x[at] - mean[channel])"],
  });
  const dx = runElements(backend, {
    key: `batchNormGrad_${scale ? "scale" : ""}`,
    inputs: { x, dy, mean, variance, sums, ...(scale ? { scale } : {}) },
    shape: x.shape,
    uniforms: { channels: ["i32", channels], rows: ["f32", rows], epsilon: ["f32", epsilon] },
    value: `
      let channel = index % uniforms.channels;
      let slope = inverseSqrt(variance[channel] + uniforms.epsilon);
      let along = (x[index] - mean[channel]) * slope * (sums[uniforms.channels + channel] * slope);
      return (dy[index] - (sums[channel] + along) / uniforms.rows) * slope${scale ? " * scale[channel]" : ""};`,
  });
  const dScale = backend.defer([channels], [sums, variance], (output) => {
    runElements(backend, {
      key: "batchNormScaleGrad",
      inputs: { sums, variance },
      shape: [channels],
      uniforms: { channels: ["i32", channels], epsilon: ["f32", epsilon] },
      value: "return sums[uniforms.channels + index] * inverseSqrt(variance[index] + uniforms.epsilon);",
      output,
    });
  });
  const dOffset = backend.defer([channels], [sums], (output) => {
    runElements(backend, { key: "batchNormOffsetGrad", inputs: { sums }, shape: [channels], value: "return sums[index];", output });
  });
  backend.disposeData(sums.dataId);
  return [dx, dScale, dOffset];
};

/** running · momentum + batch · share: 1 − momentum times what makes a variance unbiased. */
const movingAverage: Kernel<{ running: TensorInfo; batch: TensorInfo }, { momentum: number; share: number }> = ({
  inputs,
  attrs: { momentum, share },
  backend,
}) => {
  const { running, batch } = inputs;
  const value = "running[index] * uniforms.momentum + batch[index] * uniforms.share";
  return (
    runInPlace(backend, {
      key: "movingAverage",
      updates: { running },
      inputs: { batch },
      uniforms: { momentum, share },
      statements: `running[index] = ${value};`,
    })?.[0] ??
    runElements(backend, {
      key: "movingAverage",
      inputs,
      shape: running.shape,
      uniforms: { momentum: ["f32", momentum], share: ["f32", share] },
      value: `return ${value};`,
    })
  );
};

export const batchNormKernels: KernelTable = { BatchNorm: batchNorm, BatchNormGrad: batchNormGrad, MovingAverage: movingAverage };
