import type * as tf from "@tensorflow/tfjs";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Info = tf.TensorInfo;

/** x as [rows, channels]. */
function rowsOf(x: Info): [rows: number, channels: number] {
  const channels = x.shape.at(-1) ?? 1;
  return [x.shape.slice(0, -1).reduce((product, n) => product * n, 1), channels];
}

const batchNorm: WasmKernel<{ x: Info; scale?: Info; offset?: Info }, { epsilon: number }> = ({ inputs, attrs, backend }) => {
  const { x, scale, offset } = inputs;
  const [rows, channels] = rowsOf(x);
  const [y, mean, variance] = [backend.makeFloats(x.shape), backend.makeFloats([channels]), backend.makeFloats([channels])];
  const at = (info: Info | undefined) => (info ? backend.address(info) : 0);
  const [xs, scales, offsets, ys, means, variances] = [at(x), at(scale), at(offset), at(y), at(mean), at(variance)];
  const { wasm } = backend;
  backend.withScratch(wasm.momentsScratch(channels), (scratch) => wasm.channelMoments(xs, rows, channels, means, variances, scratch));
  backend.withScratch(wasm.batchNormScratch(channels), (scratch) =>
    wasm.batchNorm(xs, rows, channels, means, variances, scales, offsets, attrs.epsilon, ys, scratch),
  );
  return [y, mean, variance];
};

type Normalized = { x: Info; mean: Info; variance: Info; scale?: Info; offset?: Info };

const fusedBatchNorm: WasmKernel<Normalized, { varianceEpsilon?: number }> = ({ inputs, attrs, backend }) => {
  const { x, mean, variance, scale, offset } = inputs;
  const [rows, channels] = rowsOf(x);
  const perChannel = [mean, variance, scale, offset].every((info) => !info || (info.shape.length === 1 && info.shape[0] === channels));
  if (!perChannel || x.dtype !== "float32") return undefined;
  const y = backend.makeFloats(x.shape);
  const at = (info: Info | undefined) => (info ? backend.address(info) : 0);
  const [xs, means, variances, scales, offsets, ys] = [at(x), at(mean), at(variance), at(scale), at(offset), at(y)];
  backend.withScratch(backend.wasm.batchNormScratch(channels), (scratch) =>
    backend.wasm.batchNorm(xs, rows, channels, means, variances, scales, offsets, attrs.varianceEpsilon ?? 0.001, ys, scratch),
  );
  return y;
};

type Gradient = { x: Info; dy: Info; mean: Info; variance: Info; scale?: Info };

const batchNormGrad: WasmKernel<Gradient, { epsilon: number }> = ({ inputs, attrs, backend }) => {
  const { x, dy, mean, variance, scale } = inputs;
  const [rows, channels] = rowsOf(x);
  const dx = backend.makeFloats(x.shape);
  const dScale = backend.makeFloats([channels]);
  const dOffset = backend.makeFloats([channels]);
  const at = (info: Info | undefined) => (info ? backend.address(info) : 0);
  const [xs, dys, means, variances, scales] = [at(x), at(dy), at(mean), at(variance), at(scale)];
  const [dxs, dScales, dOffsets] = [at(dx), at(dScale), at(dOffset)];
  backend.withScratch(backend.wasm.batchNormGradScratch(channels), (scratch) =>
    backend.wasm.batchNormGrad(xs, dys, rows, channels, means, variances, scales, attrs.epsilon, dxs, dScales, dOffsets, scratch),
  );
  return [dx, dScale, dOffset];
};

export const batchNormKernels: KernelTable = {
  BatchNorm: batchNorm,
  FusedBatchNorm: fusedBatchNorm,
  BatchNormGrad: batchNormGrad,
};
