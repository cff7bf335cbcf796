import * as tf from "@benn/core/tensorflow";
import type { Cut, WasmBackend } from "../backend.ts";
import * as at from "../constants/adam-rates.ts";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type TensorInfo = tf.TensorInfo;

/** Addresses of one weight: of the inputs, slots last, and of the outputs, in the same order without the gradient. */
interface Places<Slots extends number[]> {
  readonly from: [weight: number, gradient: number, ...Slots];
  readonly to: [weight: number, ...Slots];
}

/**
 * A kernel that updates weights one after the other, each on all threads.
 * @param slots names of a weight's slots, as in the kernel's inputs
 * @param updateBy returns the update of one weight for these attributes
 */
function updateKernel<A, Slots extends number[]>(
  slots: { readonly [K in keyof Slots]: string },
  updateBy: (attributes: A) => (backend: WasmBackend, cut: Cut, places: Places<Slots>) => void,
): WasmKernel<Record<string, TensorInfo>, A> {
  return ({ inputs, attrs, backend }) => {
    const update = updateBy(attrs);
    const updated: TensorInfo[] = [];
    for (let i = 0; inputs[`weight${i}`]; i++) {
      const named = (name: string): TensorInfo => inputs[`${name}${i}`] as TensorInfo;
      const kept = [...(slots as readonly string[])].map(named);
      const [weight, gradient] = [named("weight"), named("gradient")];
      const outputs = [weight, ...kept].map(({ shape }) => backend.makeFloats(shape));
      const addresses = (infos: readonly TensorInfo[]) => infos.map((info) => backend.address(info)) as unknown;
      const places = { from: addresses([weight, gradient, ...kept]), to: addresses(outputs) } as Places<Slots>;
      const total = tf.util.sizeFromShape(weight.shape);
      const tensors = 2 + kept.length + outputs.length;
      update(backend, { total, grain: grainOf(total, 16_384, 64), work: { bytes: 4 * tensors * total } }, places);
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

type AdamSlots = [firstMoment: number, secondMoment: number];

/** The numbers are computed in double precision, and rounded to float32 when they are written. */
const adamStep = ({ learningRate, beta1, beta2, epsilon, weightDecay, decoupledDecay = 0, step }: AdamAttributes) => {
  const numbers: readonly (readonly [place: number, value: number])[] = [
    [at.RATE, learningRate / (1 - beta1 ** step)],
    [at.BETA1, beta1],
    [at.FRESH1, 1 - beta1],
    [at.BETA2, beta2],
    [at.FRESH2, 1 - beta2],
    [at.CORRECTION, Math.sqrt(1 - beta2 ** step)],
    [at.EPSILON, epsilon],
    [at.DECAY, weightDecay],
    [at.KEPT, 1 - learningRate * decoupledDecay],
  ];
  return (backend: WasmBackend, cut: Cut, { from, to }: Places<AdamSlots>): void =>
    backend.withScratch(at.ADAM_RATES_BYTES, (rates) => {
      const floats = backend.tensors.floats(rates, at.ADAM_RATES_BYTES >> 2);
      for (const [place, value] of numbers) floats[place >> 2] = value;
      backend.run("adamStep", cut, rates, ...from, ...to);
    });
};

interface SgdAttributes {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: number;
  readonly weightDecay: number;
}

const sgdStep =
  ({ learningRate, momentum, nesterov, weightDecay }: SgdAttributes) =>
  (backend: WasmBackend, cut: Cut, { from, to }: Places<[velocity: number]>): void =>
    backend.run("sgdStep", cut, ...from, ...to, learningRate, momentum, weightDecay, nesterov);

interface BopAttributes {
  readonly gamma: number;
  readonly threshold: number;
}

const bopStep =
  ({ gamma, threshold }: BopAttributes) =>
  (backend: WasmBackend, cut: Cut, { from, to }: Places<[average: number]>): void =>
    backend.run("bopStep", cut, ...from, ...to, gamma, 1 - gamma, threshold);

export const updateKernels: KernelTable = {
  AdamStep: updateKernel<AdamAttributes, AdamSlots>(["firstMoment", "secondMoment"], adamStep),
  SgdStep: updateKernel<SgdAttributes, [velocity: number]>(["velocity"], sgdStep),
  BopStep: updateKernel<BopAttributes, [average: number]>(["average"], bopStep),
};
