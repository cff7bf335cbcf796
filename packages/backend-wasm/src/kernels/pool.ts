import * as tf from "@benn/core/tensorflow";
import { geometryOf, withGeometry } from "../geometry.ts";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type TensorInfo = tf.TensorInfo;
type Pair = [number, number] | number;

interface PoolAttributes {
  readonly filterSize: Pair;
  readonly strides: Pair;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

function geometry(shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): tf.backend_util.Conv2DInfo {
  const info = tf.backend_util.computePool2DInfo(shape as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode);
  return info;
}

/** Image by image. */
const imagesOf = (g: tf.backend_util.Conv2DInfo, tensors: number) => ({
  total: g.batchSize,
  grain: grainOf(g.batchSize, Math.ceil(16_384 / (g.inHeight * g.inWidth * g.inChannels))),
  work: { bytes: 4 * g.batchSize * g.inHeight * g.inWidth * g.inChannels * tensors },
});

/** The CPU backend returns x itself, whatever stride and padding give the same shape. */
const isIdentity = (g: tf.backend_util.Conv2DInfo) =>
  g.filterHeight === 1 && g.filterWidth === 1 && tf.util.arraysEqual(g.inShape, g.outShape);

const maxPool: WasmKernel<{ x: TensorInfo }, PoolAttributes> = ({ inputs: { x }, attrs, backend }) => {
  const g = geometry(x.shape, attrs);
  if (x.dtype !== "float32" || isIdentity(g)) return undefined;
  const y = backend.makeFloats(g.outShape);
  const [from, to] = [backend.address(x), backend.address(y)];
  withGeometry(backend, geometryOf(g), (window) => backend.run("maxPool", imagesOf(g, 1), window, from, to));
  return y;
};

const avgPool: WasmKernel<{ x: TensorInfo }, PoolAttributes> = ({ inputs: { x }, attrs, backend }) => {
  const g = geometry(x.shape, attrs);
  if (x.dtype !== "float32" || isIdentity(g)) return undefined;
  const y = backend.makeFloats(g.outShape);
  const { padded } = backend.formula(x).forms;
  // Zeros around the images, which count, need not be stored to be added; the pool's own padding does not count.
  if (padded && g.padInfo.type === "VALID") {
    backend.materialize(padded.operand);
    const [, height, width] = padded.shape;
    const inside = { ...geometryOf(g), height, width, top: padded.top, left: padded.left };
    const [from, to] = [padded.operand.block!.address, backend.address(y)];
    const divisor = g.filterHeight * g.filterWidth;
    withGeometry(backend, inside, (window) => backend.run("avgPool", imagesOf(g, 1), window, from, to, divisor));
  } else {
    const [from, to] = [backend.address(x), backend.address(y)];
    withGeometry(backend, geometryOf(g), (window) => backend.run("avgPool", imagesOf(g, 1), window, from, to, 0));
  }
  return y;
};

type MaxInputs = { dy: TensorInfo; input: TensorInfo; output: TensorInfo };

const maxPoolGrad: WasmKernel<MaxInputs, PoolAttributes> = ({ inputs: { dy, input, output }, attrs, backend }) => {
  const g = geometry(input.shape, attrs);
  const dx = backend.makeFloats(input.shape);
  const [x, y, dys, dxs] = [input, output, dy, dx].map((info) => backend.address(info)) as [number, number, number, number];
  withGeometry(backend, geometryOf(g), (window) => backend.run("maxPoolGrad", imagesOf(g, 2), window, x, y, dys, dxs));
  return dx;
};

const avgPoolGrad: WasmKernel<{ dy: TensorInfo; input: TensorInfo }, PoolAttributes> = ({ inputs: { dy, input }, attrs, backend }) => {
  const g = geometry(input.shape, attrs);
  const dx = backend.makeFloats(input.shape);
  const [dys, dxs] = [backend.address(dy), backend.address(dx)];
  withGeometry(backend, geometryOf(g), (window) => backend.run("avgPoolGrad", imagesOf(g, 1), window, dys, dxs));
  return dx;
};

export const poolKernels: KernelTable = {
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGrad,
};
