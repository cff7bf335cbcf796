import * as tf from "@tensorflow/tfjs";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Info = tf.TensorInfo;
type Attributes = { learningRate: number; beta1: number; beta2: number; epsilon: number; weightDecay: number; step: number };

const adamStep: WasmKernel<Record<string, Info>, Attributes> = ({ inputs, attrs, backend }) => {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs;
  const updated: Info[] = [];
  for (let i = 0; inputs[`weight${i}`]; i++) {
    const [weight, gradient, first, second] = ["weight", "gradient", "firstMoment", "secondMoment"].map(
      (name) => inputs[`${name}${i}`] as Info,
    ) as [Info, Info, Info, Info];
    const outputs = [weight, first, second].map((info) => backend.makeFloats(info.shape));
    const addresses = [weight, gradient, first, second, ...outputs].map((info) => backend.address(info));
    const total = tf.util.sizeFromShape(weight.shape);
    backend.run(
      "adamStep",
      { total, grain: grainOf(total, 16_384, 64), work: { bytes: 28 * total } },
      ...addresses,
      learningRate / (1 - beta1 ** step),
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      Math.sqrt(1 - beta2 ** step),
      epsilon,
      weightDecay,
    );
    updated.push(...outputs);
  }
  return updated;
};

export const adamKernels: KernelTable = { AdamStep: adamStep };
