import type * as tf from "@benn/core/tensorflow";
import { broadcastSides } from "../broadcast-sides.ts";
import { Block } from "../block.ts";
import * as operations from "../constants/operations.ts";
import { floatWords, Formula, type Operation, type SignsBehind } from "../formula.ts";
import type { WasmBackend } from "../backend.ts";
import { grainOf } from "../grain-of.ts";
import type { KernelCall, KernelTable, WasmKernel } from "../kernel-call.ts";

type Unary = { readonly x: tf.TensorInfo };
type SignGrad = { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo };
type Binary = { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };

const size = (info: tf.TensorInfo) => info.shape.reduce((product, n) => product * n, 1);
const elements = (total: number, streams: number) => ({ total, grain: grainOf(total, 32_768, 64), work: { bytes: 4 * streams * total } });

function unary(op: number): WasmKernel<Unary, { clipValueMin?: number; clipValueMax?: number }> {
  return ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== "float32") return undefined;
    const y = backend.makeFloats(x.shape);
    const [from, to] = [backend.address(x), backend.address(y)];
    backend.run("unary", elements(size(x), 2), op, from, to, attrs?.clipValueMin ?? 0, attrs?.clipValueMax ?? 0);
    return y;
  };
}

/** y is a formula of x. */
function deferred(operation: Operation): WasmKernel<Unary> {
  return ({ inputs: { x }, backend }) => {
    if (x.dtype !== "float32") return undefined;
    return backend.defer(x.shape, new Formula(operation, { inputs: [backend.formula(x)] }));
  };
}

const step: WasmKernel<Unary, { alpha?: number }> = (call) => (call.attrs.alpha ? undefined : deferred("step")(call as never));

/** `swapped` is the operation with its inputs exchanged: for a small first operand that is repeated along the second. */
function binary(op: number, swapped = op): WasmKernel<Binary> {
  return ({ inputs: { a, b }, backend }) => {
    if (a.dtype !== "float32" || b.dtype !== "float32") return undefined;
    const count = size(a);
    if (sameShape(a, b)) {
      const y = backend.makeFloats(a.shape);
      backend.run("binary", elements(count, 3), op, backend.address(a), backend.address(b), backend.address(y));
      return y;
    }
    const [large, small, code] = size(b) > count ? [b, a, swapped] : [a, b, op];
    const sides = broadcastSides(large.shape, small.shape);
    if (!sides) return undefined;
    const [outer, middle, inner] = sides;
    const y = backend.makeFloats(large.shape);
    const [from, by, to] = [backend.address(large), backend.address(small), backend.address(y)];
    const { wasm } = backend;
    const total = outer * wasm.broadcastRows(middle, inner);
    const length = Math.max(inner, wasm.patternLength(inner));
    const cut = { total, grain: grainOf(total, Math.ceil(32_768 / length)), scratch: 4 * length, work: { bytes: 8 * size(large) } };
    backend.run("binaryBroadcast", cut, code, from, by, to, middle, inner);
    return y;
  };
}

function sameShape(a: tf.TensorInfo, b: tf.TensorInfo): boolean {
  return a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i]);
}

const product = binary(operations.PRODUCT) as (call: KernelCall<Binary>) => tf.TensorInfo | undefined;

/** A product with a step function, as in the gradient of ReLU, becomes a formula of the step's argument. */
const multiply: WasmKernel<Binary> = (call) => {
  const { a, b } = call.inputs;
  const { backend } = call;
  if (a.dtype !== "float32" || b.dtype !== "float32" || !sameShape(a, b)) return product(call);
  const [first, second] = [backend.formula(a), backend.formula(b)];
  const [value, mask] = second.operation === "step" ? [first, second] : [second, first];
  if (mask.operation !== "step" || value === mask) return product(call);
  return backend.defer(a.shape, new Formula("passPositive", { inputs: [value, mask.inputs[0]!] }));
};

const sum = binary(operations.SUM) as (call: KernelCall<Binary>) => tf.TensorInfo | undefined;

/** A sum with what a sign passes of a gradient that is not computed yet, as at a residual connection. Both are computed in one pass. */
function passedOnto(backend: WasmBackend, sum: Formula, passed: Formula): Block | undefined {
  const [gradient, unit] = passed.operation === "passUnit" ? passed.inputs : [];
  const { sumWithPassed } = gradient?.forms ?? {};
  if (!sumWithPassed || !unit) return undefined;
  backend.materialize(sum);
  backend.materialize(unit);
  return sumWithPassed(sum.block!.address, unit.block!.address);
}

/**
 * A sum with deferred values computes and adds them in one pass. It is materialized by the first reader, since sums are read more than
 * once; that reader may also want its signs.
 */
const add: WasmKernel<Binary> = (call) => {
  const { a, b } = call.inputs;
  const { backend } = call;
  if (a.dtype !== "float32" || b.dtype !== "float32" || !sameShape(a, b)) return sum(call);
  const inputs = [backend.formula(a), backend.formula(b)] as const;
  const whole = passedOnto(backend, ...inputs) ?? passedOnto(backend, inputs[1], inputs[0]);
  if (whole) return backend.defer(a.shape, new Formula("load", { length: size(a), block: whole }));
  if (inputs.every(({ operation }) => operation === "load" || operation === "whole")) return sum(call);
  const formula = new Formula("add", { inputs });
  const channels = a.shape.at(-1) ?? 1;
  const compute = (): Block => {
    backend.materialize(formula);
    return formula.block!.hold();
  };
  const computeSigns = (behind: SignsBehind): Block => {
    backend.materializeSigns(formula, channels, behind);
    return formula.block!.hold();
  };
  const y = new Formula("whole", { inputs: [formula], compute, forms: { valuesAndSigns: { channels, compute: computeSigns } } });
  formula.release();
  return backend.defer(a.shape, y);
};

const difference = binary(operations.DIFFERENCE, operations.DIFFERENCE_SWAPPED) as (call: KernelCall<Binary>) => tf.TensorInfo | undefined;

/**
 * Less a number a channel, such as the threshold of a sign, which is then one comparison: (a − b)·1 + −0, a normalization to whose last two steps
 * no float has other bits.
 */
const subtract: WasmKernel<Binary> = (call) => {
  const { inputs, backend } = call;
  const { a, b } = inputs;
  const channels = a.shape.at(-1) ?? 1;
  const isPerChannel = a.shape.length > 1 && b.shape.at(-1) === channels && size(b) === channels && b.shape.length <= a.shape.length;
  if (a.dtype !== "float32" || b.dtype !== "float32" || !isPerChannel || size(a) === channels) return difference(call);
  const { wasm, tensors } = backend;
  const shifts = backend.address(b);
  const operand = backend.formula(a);
  const length = wasm.patternLength(channels);
  const block = new Block(tensors, 12 * length);
  wasm.repeatPattern(shifts, channels, length, block.address);
  new Float32Array(tensors.memory.buffer, block.address + 4 * length, 2 * length).fill(1, 0, length).fill(-0, length);
  return backend.defer(a.shape, new Formula("normalize", { inputs: [operand], block, channels }));
};

const binarySignGrad: WasmKernel<SignGrad> = ({ inputs: { x, dy }, backend }) =>
  backend.defer(x.shape, new Formula("passUnit", { inputs: [backend.formula(dy), backend.formula(x)] }));

const polynomialSignGrad: WasmKernel<SignGrad, { coefficients: readonly [number, number, number]; clip: number }> = ({
  inputs,
  attrs,
  backend,
}) => {
  const parameters = floatWords(...attrs.coefficients, attrs.clip);
  const formulas = [backend.formula(inputs.dy), backend.formula(inputs.x)];
  return backend.defer(inputs.x.shape, new Formula("passPolynomial", { inputs: formulas, parameters }));
};

/** 1 − tanh²(t·x) = 4·e / (1 + e)² with e = exp(−2·t·|x|), which loses no digits where it is small. */
const tanhSignGrad: WasmKernel<SignGrad, { steepness: number; scale: number }> = ({ inputs, attrs: { steepness, scale }, backend }) => {
  const parameters = floatWords(2 * steepness, 4 * scale * steepness);
  const slopes = new Formula("passTanh", { inputs: [backend.formula(inputs.dy), backend.formula(inputs.x)], parameters });
  const compute = (): Block => {
    backend.materialize(slopes);
    return slopes.block!.hold();
  };
  const y = new Formula("whole", { inputs: [slopes], compute });
  slopes.release();
  return backend.defer(inputs.x.shape, y);
};

const dropoutMask: WasmKernel<Unary, { rate: number; seed: number }> = ({ inputs: { x }, attrs: { rate, seed }, backend }) => {
  // A hash is an integer: at least rate · 2³² means at least the next integer.
  const threshold = Math.min(Math.ceil(rate * 0x1_0000_0000), 0xffff_ffff);
  return backend.defer(x.shape, new Formula("dropout", { inputs: [backend.formula(x)], parameters: [seed, threshold] }));
};

/** Booleans and integers are converted to floats here; every other conversion is left to the CPU backend. */
const cast: WasmKernel<Unary, { dtype: tf.DataType }> = ({ inputs: { x }, attrs, backend }) => {
  if (attrs.dtype !== "float32" || (x.dtype !== "bool" && x.dtype !== "int32")) return undefined;
  const y = backend.makeFloats(x.shape);
  const values = backend.data.get(x.dataId).values as Int32Array | Uint8Array;
  (backend.data.get(y.dataId).values as Float32Array).set(values);
  return y;
};

export const elementwiseKernels: KernelTable = {
  Relu: deferred("relu"),
  Step: step,
  Neg: unary(operations.NEGATE),
  Sqrt: unary(operations.SQUARE_ROOT),
  Rsqrt: unary(operations.RECIPROCAL_SQUARE_ROOT),
  Square: unary(operations.SQUARE),
  Abs: unary(operations.ABSOLUTE),
  ClipByValue: unary(operations.CLIP),
  BinarySign: deferred("sign"),
  BinarySignGrad: binarySignGrad,
  PolynomialSignGrad: polynomialSignGrad,
  TanhSignGrad: tanhSignGrad,
  DropoutMask: dropoutMask,
  Add: add,
  Sub: subtract,
  Multiply: multiply,
  RealDiv: binary(operations.QUOTIENT, operations.QUOTIENT_SWAPPED),
  Maximum: binary(operations.MAXIMUM),
  Minimum: binary(operations.MINIMUM),
  Cast: cast,
};
