import * as tf from "@benn/core/tensorflow";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type TensorInfo = tf.TensorInfo;

/** Rows and filters of a kernel as a matrix, and how its groups of four filters are split: about 16,384 weights per chunk. */
function matrix({ shape }: TensorInfo) {
  const f = shape.at(-1) ?? 1;
  const rows = tf.util.sizeFromShape(shape) / f;
  const total = Math.ceil(f / 4);
  return { f, rows, cut: { total, grain: grainOf(total, Math.ceil(4096 / rows)) } };
}

const centreAndClip: WasmKernel<{ w: TensorInfo }> = ({ inputs: { w }, backend }) => {
  const { f, rows } = matrix(w);
  const c = w.shape.at(-2) ?? 1;
  const y = backend.makeFloats(w.shape);
  const taps = rows / c;
  const cut = { total: taps, grain: grainOf(taps, Math.ceil(16_384 / (c * f))) };
  backend.run("centreAndClip", cut, backend.address(w), c, f, backend.address(y));
  return y;
};

const binaryKernel: WasmKernel<{ w: TensorInfo }> = ({ inputs: { w }, backend }) => {
  const { f, rows, cut } = matrix(w);
  const y = backend.makeFloats(w.shape);
  backend.run("binaryKernel", cut, backend.address(w), rows, f, backend.address(y));
  return y;
};

const binaryKernelGrad: WasmKernel<{ w: TensorInfo; binary: TensorInfo; dy: TensorInfo }> = ({ inputs: { w, binary, dy }, backend }) => {
  const { f, rows, cut } = matrix(w);
  const c = w.shape.at(-2) ?? 1;
  const dw = backend.makeFloats(w.shape);
  const factor = rows * (c > 1 ? 1 - 1 / c : 1);
  const addresses = [backend.address(w), backend.address(binary), backend.address(dy)] as const;
  backend.run("binaryKernelGradient", cut, ...addresses, rows, f, factor, backend.address(dw));
  return dw;
};

export const binaryKernelKernels: KernelTable = {
  BinaryKernel: binaryKernel,
  BinaryKernelGrad: binaryKernelGrad,
  CentreAndClip: centreAndClip,
};
