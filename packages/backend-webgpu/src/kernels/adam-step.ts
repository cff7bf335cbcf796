import type { TensorInfo } from "@tensorflow/tfjs";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";

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
 * A step of Adam in three passes: a WGSL program of TensorFlow.js writes one tensor.
 * @see D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1
 */
const adamStep: Kernel<Inputs, Attributes> = ({ inputs: { weight, gradient, firstMoment, secondMoment }, attrs, backend }) => {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs;
  const moment = (key: string, moment: TensorInfo, beta: number, ofGradient: string): TensorInfo =>
    runElements(backend, {
      key,
      inputs: { weight, gradient, moment },
      shape: weight.shape,
      // 1 − β in float64: the difference would lose half its digits in float32.
      uniforms: { beta: ["f32", beta], rest: ["f32", 1 - beta], weightDecay: ["f32", weightDecay] },
      value: `
        let g = gradient[index] + weight[index] * uniforms.weightDecay;
        return moment[index] * uniforms.beta + ${ofGradient} * uniforms.rest;`,
    });
  const first = moment("adamFirst", firstMoment, beta1, "g");
  const second = moment("adamSecond", secondMoment, beta2, "(g * g)");
  const next = runElements(backend, {
    key: "adamWeight",
    inputs: { weight, first, second },
    shape: weight.shape,
    uniforms: {
      rate: ["f32", learningRate / (1 - beta1 ** step)],
      correction: ["f32", Math.sqrt(1 - beta2 ** step)],
      epsilon: ["f32", epsilon],
    },
    value: `
      let denominator = sqrt(second[index]) / uniforms.correction + uniforms.epsilon;
      return weight[index] - (first[index] / denominator) * uniforms.rate;`,
  });
  return [next, first, second];
};

export const adamKernels: KernelTable = { AdamStep: adamStep };
