import type * as tf from "@tensorflow/tfjs";
import { broadcastSides } from "../broadcast-sides.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Unary = { readonly x: tf.TensorInfo };
type Binary = { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };

const size = (info: tf.TensorInfo) => info.shape.reduce((product, n) => product * n, 1);

/** Numbers as in assembly/elementwise.ts. */
function unary(op: number): WasmKernel<Unary> {
  return ({ inputs: { x }, backend }) => {
    if (x.dtype !== "float32") return undefined;
    const y = backend.makeFloats(x.shape);
    backend.wasm.unary(op, backend.address(x), backend.address(y), 0, size(x), 0, 0);
    return y;
  };
}

const step: WasmKernel<Unary, { alpha?: number }> = (call) => (call.attrs.alpha ? undefined : unary(1)(call as never));

const clip: WasmKernel<Unary, { clipValueMin: number; clipValueMax: number }> = ({ inputs: { x }, attrs, backend }) => {
  if (x.dtype !== "float32") return undefined;
  const y = backend.makeFloats(x.shape);
  backend.wasm.unary(7, backend.address(x), backend.address(y), 0, size(x), attrs.clipValueMin, attrs.clipValueMax);
  return y;
};

/** `swapped` is the operation with its operands exchanged: for a small first operand that is repeated along the second. */
function binary(op: number, swapped = op): WasmKernel<Binary> {
  return ({ inputs: { a, b }, backend }) => {
    if (a.dtype !== "float32" || b.dtype !== "float32") return undefined;
    const count = size(a);
    if (count === size(b) && a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i])) {
      const y = backend.makeFloats(a.shape);
      backend.wasm.binary(op, backend.address(a), backend.address(b), backend.address(y), count);
      return y;
    }
    const [large, small, code] = size(b) > count ? [b, a, swapped] : [a, b, op];
    const sides = broadcastSides(large.shape, small.shape);
    if (!sides) return undefined;
    const [outer, middle, inner] = sides;
    const y = backend.makeFloats(large.shape);
    const [from, by, to] = [backend.address(large), backend.address(small), backend.address(y)];
    backend.withScratch(4 * backend.wasm.patternLength(inner), (scratch) =>
      backend.wasm.binaryBroadcast(code, from, by, to, outer, middle, inner, scratch),
    );
    return y;
  };
}

const binarySignGrad: WasmKernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }> = ({ inputs: { x, dy }, backend }) => {
  const dx = backend.makeFloats(x.shape);
  backend.wasm.binary(8, backend.address(x), backend.address(dy), backend.address(dx), size(x));
  return dx;
};

const dropoutMask: WasmKernel<Unary, { rate: number; seed: number }> = ({ inputs: { x }, attrs, backend }) => {
  const y = backend.makeFloats(x.shape);
  // A hash is a whole number: at least rate · 2³² is at least the next whole number.
  const threshold = Math.min(Math.ceil(attrs.rate * 0x1_0000_0000), 0xffff_ffff);
  backend.wasm.dropoutMask(backend.address(x), backend.address(y), 0, size(x), attrs.seed, threshold);
  return y;
};

/** Truth values and integers become floats of their own; every other change of type is the CPU backend's. */
const cast: WasmKernel<Unary, { dtype: tf.DataType }> = ({ inputs: { x }, attrs, backend }) => {
  if (attrs.dtype !== "float32" || (x.dtype !== "bool" && x.dtype !== "int32")) return undefined;
  const y = backend.makeFloats(x.shape);
  const values = backend.data.get(x.dataId).values as Int32Array | Uint8Array;
  (backend.data.get(y.dataId).values as Float32Array).set(values);
  return y;
};

export const elementwiseKernels: KernelTable = {
  Relu: unary(0),
  Step: step,
  Neg: unary(2),
  Sqrt: unary(3),
  Rsqrt: unary(4),
  Square: unary(5),
  Abs: unary(6),
  ClipByValue: clip,
  BinarySign: unary(8),
  BinarySignGrad: binarySignGrad,
  DropoutMask: dropoutMask,
  Add: binary(0),
  Sub: binary(1, 6),
  Multiply: binary(2),
  RealDiv: binary(3, 7),
  Maximum: binary(4),
  Minimum: binary(5),
  Cast: cast,
};
