import { ELEMENT_HASH } from "@benn/core/internals";
import type { TensorInfo } from "@benn/core/tensorflow";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { deferElements, runElements } from "../run-elements.ts";

type SignGrad = { readonly x: TensorInfo; readonly dy: TensorInfo };

/** Rarely computed: a binary convolution reads the input of the sign instead. */
const binarySign: Kernel<{ x: TensorInfo }, unknown> = ({ inputs: { x }, backend }) =>
  backend.defer(
    x.shape,
    [x],
    (output) => {
      runElements(backend, {
        key: "sign",
        inputs: { x },
        shape: x.shape,
        value: "return select(1.0, -1.0, x[index] < 0.0);",
        output,
      });
    },
    { signOf: x },
  );

const binarySignGrad: Kernel<SignGrad, unknown> = ({ inputs: { x, dy }, backend }) =>
  deferElements(backend, {
    key: "signGrad",
    inputs: { x, dy },
    shape: x.shape,
    value: "return select(0.0, dy[index], abs(x[index]) < 1.0);",
  });

const polynomialSignGrad: Kernel<SignGrad, { coefficients: readonly [number, number, number]; clip: number }> = (call) => {
  const { x, dy } = call.inputs;
  const [c0, c1, c2] = call.attrs.coefficients;
  return deferElements(call.backend, {
    key: "polynomialSignGrad",
    inputs: { x, dy },
    shape: x.shape,
    uniforms: { c0: ["f32", c0], c1: ["f32", c1], c2: ["f32", c2], clip: ["f32", call.attrs.clip] },
    value: `
      let size = abs(x[index]);
      let slope = uniforms.c0 + size * (uniforms.c1 + size * uniforms.c2);
      return select(0.0, dy[index] * slope, size < uniforms.clip);`,
  });
};

/** 1 − tanh²(t·x) = 4·e / (1 + e)² with e = exp(−2·t·|x|), which loses no digits where it is small, and never overflows. */
const tanhSignGrad: Kernel<SignGrad, { steepness: number; scale: number }> = ({ inputs, attrs: { steepness, scale }, backend }) =>
  deferElements(backend, {
    key: "tanhSignGrad",
    inputs: { x: inputs.x, dy: inputs.dy },
    shape: inputs.x.shape,
    uniforms: { rate: ["f32", 2 * steepness], factor: ["f32", 4 * scale * steepness] },
    value: `
      let e = exp(-min(87.0, uniforms.rate * abs(x[index])));
      return dy[index] * (e * uniforms.factor / ((1.0 + e) * (1.0 + e)));`,
  });

const { indexFactor, firstFactor, secondFactor, outerShift, middleShift } = ELEMENT_HASH;
/** Equal to `elementBits` of @benn/core, to the bit. */
const ELEMENT_BITS = `
  fn elementBits(seed : u32, index : u32) -> u32 {
    var hash = index * ${indexFactor}u + seed;
    hash = (hash ^ (hash >> ${outerShift}u)) * ${firstFactor}u;
    hash = (hash ^ (hash >> ${middleShift}u)) * ${secondFactor}u;
    return hash ^ (hash >> ${outerShift}u);
  }`;

const dropoutMask: Kernel<{ x: TensorInfo }, { rate: number; seed: number }> = ({ inputs, attrs: { rate, seed }, backend }) =>
  runElements(backend, {
    key: "dropout",
    inputs,
    shape: inputs.x.shape,
    // Bits are integers, so "at least rate · 2³²" means "at least its ceiling".
    uniforms: { seed: ["u32", seed >>> 0], least: ["u32", Math.min(2 ** 32 - 1, Math.ceil(rate * 2 ** 32))] },
    functions: ELEMENT_BITS,
    value: "return select(0.0, x[index], elementBits(uniforms.seed, u32(index)) >= uniforms.least);",
  });

export const signAndDropoutKernels: KernelTable = {
  BinarySign: binarySign,
  BinarySignGrad: binarySignGrad,
  PolynomialSignGrad: polynomialSignGrad,
  TanhSignGrad: tanhSignGrad,
  DropoutMask: dropoutMask,
};
