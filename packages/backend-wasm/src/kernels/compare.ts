import type * as tf from "@benn/core/tensorflow";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Binary = { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };

/** Of each value and the other one in its place, or of a number (a step of 0) with all: one plain loop, in which no function is called. */
type Loop = (a: Float32Array, b: Float32Array, stepA: number, stepB: number, truth: Uint8Array) => void;

const less: Loop = (a, b, stepA, stepB, truth) => {
  for (let i = 0; i < truth.length; i++) truth[i] = a[i * stepA]! < b[i * stepB]! ? 1 : 0;
};

const lessEqual: Loop = (a, b, stepA, stepB, truth) => {
  for (let i = 0; i < truth.length; i++) truth[i] = a[i * stepA]! <= b[i * stepB]! ? 1 : 0;
};

/** b's in a's place, and the other way round. */
const swapped =
  (loop: Loop): Loop =>
  (a, b, stepA, stepB, truth) =>
    loop(b, a, stepB, stepA, truth);

/**
 * Truth values of two tensors of one shape, or of one with a number, which TensorFlow.js's CPU backend spends many times as long on: it
 * computes the place of each value. They are bytes outside the memory, as all that is not float32. Other shapes are the CPU backend's.
 */
function comparison(loop: Loop): WasmKernel<Binary> {
  return ({ inputs: { a, b }, backend }) => {
    if (a.dtype !== "float32" || b.dtype !== "float32") return undefined;
    const [isOne, isOther] = [a.shape.length === 0, b.shape.length === 0];
    const isSame = a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i]);
    if (!isOne && !isOther && !isSame) return undefined;
    const [left, right] = [a, b].map(({ dataId }) => backend.data.get(dataId).values as Float32Array) as [Float32Array, Float32Array];
    const shape = isOne ? b.shape : a.shape;
    const truth = new Uint8Array(shape.reduce((size, n) => size * n, 1));
    loop(left, right, isOne ? 0 : 1, isOther ? 0 : 1, truth);
    return backend.makeTensorInfo([...shape], "bool", truth);
  };
}

export const compareKernels: KernelTable = {
  Less: comparison(less),
  LessEqual: comparison(lessEqual),
  Greater: comparison(swapped(less)),
  GreaterEqual: comparison(swapped(lessEqual)),
};
