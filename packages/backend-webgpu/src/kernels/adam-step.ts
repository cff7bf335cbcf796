import type { TensorInfo } from "@tensorflow/tfjs";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements, type Uniforms } from "../run-elements.ts";
import { runInPlace } from "../run-in-place.ts";

interface Inputs {
  readonly weight: TensorInfo;
  readonly gradient: TensorInfo;
  readonly firstMoment: TensorInfo;
  readonly secondMoment: TensorInfo;
}

interface Attributes {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly step: number;
}

/**
 * A step of Adam where the weight and its moments are; in three passes where somebody else holds one of them.
 * @see D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1
 */
const adamStep: Kernel<Inputs, Attributes> = ({ inputs: { weight, gradient, firstMoment, secondMoment }, attrs, backend }) => {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs;
  const uniforms = {
    beta1,
    rest1: 1 - beta1, // in float64: the difference would lose half its digits in float32
    beta2,
    rest2: 1 - beta2,
    weightDecay,
    rate: learningRate / (1 - beta1 ** step),
    correction: Math.sqrt(1 - beta2 ** step),
    epsilon,
  };
  const updated = runInPlace(backend, {
    key: "adam",
    updates: { weight, first: firstMoment, second: secondMoment },
    inputs: { gradient },
    uniforms,
    statements: `
      let g = ${GRADIENT};
      first[index] = ${FIRST("first[index]")};
      second[index] = ${SECOND("second[index]")};
      weight[index] = ${WEIGHT};`,
  });
  if (updated) return updated;
  const named: Uniforms = Object.fromEntries(Object.entries(uniforms).map(([name, value]) => [name, ["f32", value]]));
  const moment = (key: string, moment: TensorInfo, value: string): TensorInfo =>
    runElements(backend, {
      key,
      inputs: { weight, gradient, moment },
      shape: weight.shape,
      uniforms: named,
      value: `let g = ${GRADIENT}; return ${value};`,
    });
  const first = moment("adamFirst", firstMoment, FIRST("moment[index]"));
  const second = moment("adamSecond", secondMoment, SECOND("moment[index]"));
  const inputs = { weight, first, second };
  const next = runElements(backend, { key: "adamWeight", inputs, shape: weight.shape, uniforms: named, value: `return ${WEIGHT};` });
  return [next, first, second];
};

const GRADIENT = "gradient[index] + weight[index] * uniforms.weightDecay";
const FIRST = (moment: string): string => `${moment} * uniforms.beta1 + g * uniforms.rest1`;
const SECOND = (moment: string): string => `${moment} * uniforms.beta2 + (g * g) * uniforms.rest2`;
const WEIGHT = "weight[index] - (first[index] / (sqrt(second[index]) / uniforms.correction + uniforms.epsilon)) * uniforms.rate";

export const adamKernels: KernelTable = { AdamStep: adamStep };
