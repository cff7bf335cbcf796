import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend } from "../guarded-backend.ts";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { deferElements, runElements } from "../run-elements.ts";
import { runInPlace } from "../run-in-place.ts";
import { reduceChannels } from "./reduce-channels.ts";

interface Size {
  readonly rows: number;
  readonly channels: number;
}

function sizeOf({ shape }: TensorInfo): Size {
  const channels = shape.at(-1) ?? 1;
  return { channels, rows: shape.slice(0, -1).reduce((product, n) => product * n, 1) };
}

/** WGSL for a value of the channel from the middle of the images: values at their edges are far from all others. */
const SOME_ROW = "x[uniforms.rows / 13 * 8 * uniforms.channels + channel]";

/**
 * Batch norm in training over all axes but the last. Mean and variance are computed in one pass over x, from the differences to one of its
 * rows, so that they lose no precision however far the mean is from 0.
 * @see S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithm 1
 */
const batchNorm: Kernel<{ x: TensorInfo; scale?: TensorInfo; offset?: TensorInfo }, { epsilon: number }> = ({
  inputs: { x, scale, offset },
  attrs: { epsilon },
  backend,
}) => {
  const { rows, channels } = sizeOf(x);
  const [mean, variance] = reduceChannels(backend, {
    key: "moments",
    inputs: { x },
    rows,
    channels,
    terms: [`(x[at] - ${SOME_ROW})`, `(x[at] - ${SOME_ROW}) * (x[at] - ${SOME_ROW})`],
    finishInputs: { x },
    uniforms: { factor: 1 / rows },
    outputs: { mean: [channels], variance: [channels] },
    finish: `
      if (local == 0) {
        let distance = sum0 * uniforms.factor;
        mean[channel] = ${SOME_ROW} + distance;
        variance[channel] = max(0.0, sum1 * uniforms.factor - distance * distance);
      }`,
  }) as [TensorInfo, TensorInfo];
  const y = deferElements(backend, {
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
  const [dScale, dOffset] = reduceChannels(backend, {
    key: "batchNormGrad",
    inputs: { x, dy, mean },
    rows,
    channels,
    terms: ["dy[at]", "dy[at] * (x[at] - mean[channel])"],
    finishInputs: { variance },
    uniforms: { epsilon },
    outputs: { dScale: [channels], dOffset: [channels] },
    finish: `
      if (local == 0) {
        dOffset[channel] = sum0;
        dScale[channel] = sum1 * inverseSqrt(variance[channel] + uniforms.epsilon);
      }`,
  }) as [TensorInfo, TensorInfo];
  const dx = runElements(backend, {
    key: `batchNormGrad_${scale ? "scale" : ""}`,
    inputs: { x, dy, mean, variance, dScale, dOffset, ...(scale ? { scale } : {}) },
    shape: x.shape,
    uniforms: { channels: ["i32", channels], rows: ["f32", rows], epsilon: ["f32", epsilon] },
    value: `
      let channel = index % uniforms.channels;
      let slope = inverseSqrt(variance[channel] + uniforms.epsilon);
      let along = (x[index] - mean[channel]) * slope * dScale[channel];
      return (dy[index] - (dOffset[channel] + along) / uniforms.rows) * slope${scale ? " * scale[channel]" : ""};`,
  });
  return [dx, dScale, dOffset];
};

interface Average {
  readonly average: TensorInfo;
  readonly value: TensorInfo;
  readonly share: number;
}

/** Averages that one program updates: each needs two tensors, and a program takes eight. */
const AT_ONCE = 4;

const movingAverages: Kernel<Readonly<Record<string, TensorInfo>>, { momentum: number; factors: number[] }> = ({
  inputs,
  attrs: { momentum, factors },
  backend,
}) => {
  const all = factors.map(
    (factor, i) => ({ average: inputs[`average${i}`], value: inputs[`value${i}`], share: (1 - momentum) * factor }) as Average,
  );
  const averaged: TensorInfo[] = [];
  for (let i = 0; i < all.length; i += AT_ONCE) {
    const some = all.slice(i, i + AT_ONCE);
    const inPlace = averageInPlace(backend, some, momentum);
    averaged.push(...(inPlace ?? some.flatMap((one) => averageInPlace(backend, [one], momentum) ?? averageAnew(backend, one, momentum))));
  }
  return averaged;
};

function averageInPlace(backend: GuardedBackend, some: readonly Average[], momentum: number): TensorInfo[] | undefined {
  const named = <T>(name: string, of: (one: Average) => T): Record<string, T> =>
    Object.fromEntries(some.map((one, i) => [`${name}${i}`, of(one)]));
  return runInPlace(backend, {
    key: `movingAverages_${some.length}`,
    updates: named("average", ({ average }) => average),
    inputs: named("value", ({ value }) => value),
    uniforms: { momentum, ...named("share", ({ share }) => share) },
    statements: some
      .map(
        (_, i) => `
          if (index < i32(arrayLength(&average${i}))) {
            average${i}[index] = average${i}[index] * uniforms.momentum + value${i}[index] * uniforms.share${i};
          }`,
      )
      .join(""),
  });
}

function averageAnew(backend: GuardedBackend, { average, value, share }: Average, momentum: number): TensorInfo {
  return runElements(backend, {
    key: "movingAverage",
    inputs: { average, value },
    shape: average.shape,
    uniforms: { momentum: ["f32", momentum], share: ["f32", share] },
    value: "return average[index] * uniforms.momentum + value[index] * uniforms.share;",
  });
}

export const batchNormKernels: KernelTable = { BatchNorm: batchNorm, BatchNormGrad: batchNormGrad, MovingAverages: movingAverages };
