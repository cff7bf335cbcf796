import { ELEMENT_HASH } from "@benn/core/internals";
import type { TensorInfo } from "@benn/core/tensorflow";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { deferElements, runElements } from "../run-elements.ts";

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

const binarySignGrad: Kernel<{ x: TensorInfo; dy: TensorInfo }, unknown> = ({ inputs: { x, dy }, backend }) =>
  deferElements(backend, {
    key: "signGrad",
    inputs: { x, dy },
    shape: x.shape,
    value: "return select(0.0, dy[index], abs(x[index]) < 1.0);",
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
  DropoutMask: dropoutMask,
};
