import * as tf from "@benn/core/tensorflow";
import type { WasmBackend } from "../backend.ts";
import { Block } from "../block.ts";
import { Formula } from "../formula.ts";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";
import { withProgram } from "../program.ts";

type TensorInfo = tf.TensorInfo;

/** Shape of x as [rows, channels]. */
function rowsOf(x: TensorInfo): [rows: number, channels: number] {
  const channels = x.shape.at(-1) ?? 1;
  return [x.shape.slice(0, -1).reduce((product, n) => product * n, 1), channels];
}

/** x normalized, as a formula: nothing is materialized. */
function normalized(
  backend: WasmBackend,
  x: TensorInfo,
  given: { mean: TensorInfo; variance: TensorInfo; scale?: TensorInfo; offset?: TensorInfo },
  epsilon: number,
): TensorInfo {
  const { wasm } = backend;
  const [, channels] = rowsOf(x);
  const at = (info: TensorInfo | undefined) => (info ? backend.address(info) : 0);
  const [mean, variance, scale, offset] = [at(given.mean), at(given.variance), at(given.scale), at(given.offset)];
  const operand = backend.formula(x);
  const length = wasm.patternLength(channels);
  const block = new Block(backend.tensors, 12 * length);
  wasm.normalizeCoefficients(mean, variance, scale, offset, epsilon, channels, length, block.address);
  return backend.defer(x.shape, new Formula("normalize", { inputs: [operand], block, channels }));
}

const batchNorm: WasmKernel<{ x: TensorInfo; scale?: TensorInfo; offset?: TensorInfo }, { epsilon: number }> = ({
  inputs,
  attrs,
  backend,
}) => {
  const { x, scale, offset } = inputs;
  const [rows, channels] = rowsOf(x);
  const { wasm } = backend;
  const [mean, variance] = [backend.makeFloats([channels]), backend.makeFloats([channels])];
  withProgram(backend, [backend.formula(x)], channels, ({ address, length, scratch }) => {
    const total = Math.ceil((rows * channels) / length);
    const grain = grainOf(total, Math.ceil(16_384 / length));
    const chunks = Math.max(1, Math.ceil(total / grain));
    backend.withScratch(4 * length + 16 * length * chunks, (shift) => {
      const partials = shift + 4 * length;
      const count = rows * channels;
      backend.withScratch(scratch, (own) => wasm.firstMeans(own, address, count, channels, length, shift));
      const cut = { total, grain, scratch: 8 * length + scratch, work: { bytes: 4 * count } };
      backend.run("moments", cut, address, count, length, shift, grain, partials);
      wasm.finishMoments(partials, chunks, length, channels, rows, shift, backend.address(mean), backend.address(variance));
    });
  });
  const y = normalized(backend, x, { mean, variance, ...(scale && { scale }), ...(offset && { offset }) }, attrs.epsilon);
  return [y, mean, variance];
};

type Normalized = { x: TensorInfo; mean: TensorInfo; variance: TensorInfo; scale?: TensorInfo; offset?: TensorInfo };

const fusedBatchNorm: WasmKernel<Normalized, { varianceEpsilon?: number }> = ({ inputs, attrs, backend }) => {
  const { x, mean, variance, scale, offset } = inputs;
  const [, channels] = rowsOf(x);
  const perChannel = [mean, variance, scale, offset].every((info) => !info || (info.shape.length === 1 && info.shape[0] === channels));
  if (!perChannel || x.dtype !== "float32") return undefined;
  return normalized(backend, x, inputs, attrs.varianceEpsilon ?? 0.001);
};

type Gradient = { x: TensorInfo; dy: TensorInfo; mean: TensorInfo; variance: TensorInfo; scale?: TensorInfo };

/** dx is a formula of dy and x; only the sums over the batch are computed here. */
const batchNormGrad: WasmKernel<Gradient, { epsilon: number }> = ({ inputs, attrs, backend }) => {
  const [rows, channels] = rowsOf(inputs.x);
  const { wasm } = backend;
  const [dScale, dOffset] = [backend.makeFloats([channels]), backend.makeFloats([channels])];
  const at = (info: TensorInfo | undefined) => (info ? backend.address(info) : 0);
  const [mean, variance, scale] = [at(inputs.mean), at(inputs.variance), at(inputs.scale)];
  const [dy, x] = [backend.formula(inputs.dy), backend.formula(inputs.x)];
  let coefficients: Block | undefined;
  withProgram(backend, [dy, x], channels, ({ address, length, scratch }) => {
    coefficients = new Block(backend.tensors, 16 * length);
    const total = Math.ceil((rows * channels) / length);
    const grain = grainOf(total, Math.ceil(16_384 / length));
    const chunks = Math.max(1, Math.ceil(total / grain));
    const count = rows * channels;
    try {
      backend.withScratch(4 * length + 16 * length * chunks, (means) => {
        const partials = means + 4 * length;
        wasm.repeatPattern(mean, channels, length, means);
        const cut = { total, grain, scratch: 8 * length + scratch, work: { bytes: 8 * count } };
        backend.run("gradientSums", cut, address, count, length, means, grain, partials);
        const [scales, offsets] = [backend.address(dScale), backend.address(dOffset)];
        const { epsilon } = attrs;
        const own = coefficients!.address;
        wasm.finishGradient(partials, chunks, length, channels, rows, mean, variance, scale, epsilon, scales, offsets, own);
      });
    } catch (error) {
      coefficients.release();
      throw error;
    }
  });
  const dx = new Formula("normalizeGrad", { inputs: [dy, x], block: coefficients!, channels });
  return [backend.defer(inputs.x.shape, dx), dScale, dOffset];
};

type Averaging = { momentum: number; factors: number[] };

const movingAverages: WasmKernel<Record<string, TensorInfo>, Averaging> = ({ inputs, attrs: { momentum, factors }, backend }) =>
  factors.map((factor, i) => {
    const [average, value] = [inputs[`average${i}`] as TensorInfo, inputs[`value${i}`] as TensorInfo];
    const total = tf.util.sizeFromShape(average.shape);
    const y = backend.makeFloats(average.shape);
    const cut = { total, grain: grainOf(total, 16_384) };
    const share = factor * (1 - momentum);
    backend.run("movingAverage", cut, backend.address(average), backend.address(value), momentum, share, backend.address(y));
    return y;
  });

export const batchNormKernels: KernelTable = {
  BatchNorm: batchNorm,
  FusedBatchNorm: fusedBatchNorm,
  BatchNormGrad: batchNormGrad,
  MovingAverages: movingAverages,
};
