import type { TensorInfo } from "@tensorflow/tfjs";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements, type Uniforms } from "../run-elements.ts";
import { channelSums } from "./channel-sums.ts";

interface Size {
  /** Weights of a filter. */
  readonly n: number;
  readonly inChannels: number;
  readonly filters: number;
}

function sizeOf({ shape }: TensorInfo): Size {
  const filters = shape.at(-1) ?? 1;
  return { filters, inChannels: shape.at(-2) ?? 1, n: shape.reduce((product, size) => product * size, 1) / filters };
}

const centreAndClip: Kernel<{ w: TensorInfo }, unknown> = ({ inputs: { w }, backend }) => {
  const { n, inChannels, filters } = sizeOf(w);
  const clip = (inputs: Readonly<Record<string, TensorInfo>>, uniforms: Uniforms, value: string): TensorInfo =>
    runElements(backend, {
      key: `centreAndClip_${inChannels > 1}`,
      inputs,
      shape: w.shape,
      uniforms,
      value: `return clamp(${value}, -1.0, 1.0);`,
    });
  if (inChannels === 1) return clip({ w }, {}, "w[index]");
  const taps = n / inChannels;
  const mean = channelSums(backend, {
    key: "x",
    inputs: { x: w },
    outer: taps,
    rows: inChannels,
    channels: filters,
    terms: ["x[at]"],
    factor: 1 / inChannels,
  });
  const clipped = clip(
    { w, mean },
    { inChannels: ["i32", inChannels], filters: ["i32", filters] },
    "w[index] - mean[index / (uniforms.filters * uniforms.inChannels) * uniforms.filters + index % uniforms.filters]",
  );
  backend.disposeData(mean.dataId);
  return clipped;
};

const binaryKernel: Kernel<{ w: TensorInfo }, unknown> = ({ inputs: { w }, backend }) => {
  const { n, filters } = sizeOf(w);
  const magnitudes = channelSums(backend, {
    key: "magnitudes",
    inputs: { w },
    rows: n,
    channels: filters,
    terms: ["abs(w[at])"],
    factor: 1 / n,
  });
  const binary = runElements(backend, {
    key: "binaryKernel",
    inputs: { w, magnitudes },
    shape: w.shape,
    uniforms: { filters: ["i32", filters] },
    value: "let a = magnitudes[index % uniforms.filters]; return select(a, -a, w[index] < 0.0);",
  });
  backend.disposeData(magnitudes.dataId);
  return binary;
};

const binaryKernelGrad: Kernel<{ w: TensorInfo; binary: TensorInfo; dy: TensorInfo }, unknown> = ({
  inputs: { w, binary, dy },
  backend,
}) => {
  const { n, inChannels, filters } = sizeOf(w);
  const ofScale = channelSums(backend, {
    key: "ofScale",
    inputs: { w, dy },
    rows: n,
    channels: filters,
    terms: ["select(dy[at], -dy[at], w[at] < 0.0)"],
    factor: 1 / n,
  });
  const dw = runElements(backend, {
    key: "binaryKernelGrad",
    inputs: { w, binary, dy, ofScale },
    shape: w.shape,
    uniforms: { filters: ["i32", filters], factor: ["f32", n * (inChannels > 1 ? 1 - 1 / inChannels : 1)] },
    value: `
      let filter_ = index % uniforms.filters;
      let through = select(0.0, abs(binary[index]) * dy[index], abs(w[index]) <= 1.0);
      return (through + select(ofScale[filter_], -ofScale[filter_], w[index] < 0.0)) * uniforms.factor;`,
  });
  backend.disposeData(ofScale.dataId);
  return dw;
};

export const binaryKernelKernels: KernelTable = {
  CentreAndClip: centreAndClip,
  BinaryKernel: binaryKernel,
  BinaryKernelGrad: binaryKernelGrad,
};
