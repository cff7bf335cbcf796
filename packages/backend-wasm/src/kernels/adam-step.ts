import * as tf from "@tensorflow/tfjs";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Info = tf.TensorInfo;
type Inputs = { weight: Info; gradient: Info; firstMoment: Info; secondMoment: Info };
type Attributes = { learningRate: number; beta1: number; beta2: number; epsilon: number; weightDecay: number; step: number };

const adamStep: WasmKernel<Inputs, Attributes> = ({ inputs, attrs, backend }) => {
  const { weight, gradient, firstMoment, secondMoment } = inputs;
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs;
  const outputs = [weight, firstMoment, secondMoment].map((info) => backend.makeFloats(info.shape));
  const addresses = [weight, gradient, firstMoment, secondMoment, ...outputs].map((info) => backend.address(info));
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
  return outputs;
};

export const adamKernels: KernelTable = { AdamStep: adamStep };
