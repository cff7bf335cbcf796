import * as tf from "@tensorflow/tfjs";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";
import type { Split } from "../wasm-kernels.ts";

type Info = tf.TensorInfo;

/**
 * A kernel that updates weights, one after the other, each by all threads.
 * @param slots names of what is kept of a weight, as in its inputs, in the order of the function's addresses: weight, gradient, slots, then
 *   the new weight and slots
 * @param numbersOf the function's last arguments, formed in double precision
 */
function updateKernel<A>(
  name: Split,
  slots: readonly string[],
  numbersOf: (attributes: A) => number[],
): WasmKernel<Record<string, Info>, A> {
  return ({ inputs, attrs, backend }) => {
    const numbers = numbersOf(attrs);
    const updated: Info[] = [];
    for (let i = 0; inputs[`weight${i}`]; i++) {
      const [weight, gradient, ...kept] = ["weight", "gradient", ...slots].map((input) => inputs[`${input}${i}`]) as [
        Info,
        Info,
        ...Info[],
      ];
      const outputs = [weight, ...kept].map(({ shape }) => backend.makeFloats(shape));
      const addresses = [weight, gradient, ...kept, ...outputs].map((info) => backend.address(info));
      const total = tf.util.sizeFromShape(weight.shape);
      backend.run(
        name,
        { total, grain: grainOf(total, 16_384, 64), work: { bytes: 4 * addresses.length * total } },
        ...addresses,
        ...numbers,
      );
      updated.push(...outputs);
    }
    return updated;
  };
}

interface AdamAttributes {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly decoupledDecay?: number;
  readonly step: number;
}

interface SgdAttributes {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: number;
  readonly weightDecay: number;
}

interface BopAttributes {
  readonly gamma: number;
  readonly threshold: number;
}

export const updateKernels: KernelTable = {
  AdamStep: updateKernel(
    "adamStep",
    ["firstMoment", "secondMoment"],
    ({ learningRate, beta1, beta2, epsilon, weightDecay, decoupledDecay = 0, step }: AdamAttributes) => [
      learningRate / (1 - beta1 ** step),
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      Math.sqrt(1 - beta2 ** step),
      epsilon,
      weightDecay,
      1 - learningRate * decoupledDecay,
    ],
  ),
  SgdStep: updateKernel("sgdStep", ["velocity"], ({ learningRate, momentum, nesterov, weightDecay }: SgdAttributes) => [
    learningRate,
    momentum,
    weightDecay,
    nesterov,
  ]),
  BopStep: updateKernel("bopStep", ["average"], ({ gamma, threshold }: BopAttributes) => [gamma, 1 - gamma, threshold]),
};
