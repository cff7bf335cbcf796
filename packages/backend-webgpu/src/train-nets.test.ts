import { nin, ninOptions } from "@benn/arch-nin";
import { biRealNet18, biRealNet18Options, resnet18, resnet18Options, resnet20, resnet20Options } from "@benn/arch-resnet";
import { vggSmall, vggSmallOptions } from "@benn/arch-vgg";
import { adabin, approxSign, deterministic, dorefa, ede, lsq, recu, rsign } from "@benn/binarize";
import type { Architecture, Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { clipping } from "../test/few-losses.ts";
import { takeSteps } from "../test/take-steps.ts";
import { create, difference } from "../test/use-software-gpu.ts";
import { BACKEND_NAME } from "./register.ts";

const nets: Readonly<Record<string, { readonly architecture: Architecture; readonly side: number; readonly tolerance?: number }>> = {
  NIN: { architecture: nin(ninOptions.parse({ width: 1 / 32 })), side: 8 },
  // Two channels wide and 39 batch norms deep: each may double the error in the last bit of a sum.
  "ResNet-20": { architecture: resnet20(resnet20Options.parse({ width: 1 / 8 })), side: 8, tolerance: 1e-4 },
  "ResNet-18": { architecture: resnet18(resnet18Options.parse({ width: 1 / 32 })), side: 32 },
  "Bi-Real Net 18 with RPReLU": {
    architecture: biRealNet18(biRealNet18Options.parse({ width: 1 / 32, activation: "rprelu" })),
    side: 8,
    tolerance: 1e-4,
  },
  // Its last batch norm has one pixel of two images per channel: the difference of two values is dominated by their rounding.
  "VGG-small": { architecture: vggSmall(vggSmallOptions.parse({ width: 1 / 64 })), side: 8, tolerance: 1e-4 },
};

async function train(backend: string, net: string, binarizer: Binarizer, steps: number): ReturnType<typeof takeSteps> {
  await tf.setBackend(backend);
  const { architecture, side } = nets[net]!;
  return await takeSteps(architecture.build({ inputShape: [side, side, 3], classes: 3, binarizer, seed: 1 }), steps);
}

test.for(Object.keys(nets))(
  "a training step of %s with clip(−1, 1) for the sign has the loss and the gradients of the CPU backend",
  { timeout: 240_000 },
  async (net) => {
    await create().activate();
    const of = async (backend: string): Promise<Float32Array[]> => {
      const { losses, gradients } = await train(backend, net, clipping, 1);
      return [Float32Array.from(losses), ...gradients];
    };
    expect(difference({ gpu: await of(BACKEND_NAME), cpu: await of("cpu") }, nets[net]?.tolerance ?? 1e-5)).toBeUndefined();
  },
);

test.for([
  ["NIN", deterministic],
  ["ResNet-20", ede],
  ["Bi-Real Net 18 with RPReLU", rsign],
  ["VGG-small", approxSign],
  ["NIN", recu],
  ["NIN", adabin],
  ["NIN", dorefa({ activationBits: 2, kernelBits: 2 })],
  ["ResNet-20", lsq({ activationBits: 3, kernelBits: 4 })],
] as const)("six steps of a binary %s stay finite, and leave no tensor behind from one to the next", async ([net, binarizer]) => {
  await create().activate();
  const { losses, tensors } = await train(BACKEND_NAME, net, binarizer, 6);
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(new Set(tensors).size).toBe(1);
});
