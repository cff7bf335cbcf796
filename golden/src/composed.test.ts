import { BACKEND_NAME } from "@benn/backend-wasm";
import type { TrainingKernel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { activateBackend } from "./activate-backend.ts";
import { goldenTests } from "./test/golden-tests.ts";

const trainingKernels: Record<TrainingKernel, true> = {
  AdamStep: true,
  BatchNorm: true,
  BatchNormGrad: true,
  BinaryConv2D: true,
  BinaryConv2DGrad: true,
  BinaryKernel: true,
  BinaryKernelGrad: true,
  BinarySign: true,
  BinarySignGrad: true,
  PolynomialSignGrad: true,
  TanhSignGrad: true,
  BopStep: true,
  CentreAndClip: true,
  DropoutMask: true,
  GatherImages: true,
  MovingAverages: true,
  SgdStep: true,
};

// Results of a backend without any training kernel: layers and optimizer compose everything from stock kernels.
await goldenTests("stock kernels alone", async () => {
  await activateBackend("wasm");
  for (const name of Object.keys(trainingKernels)) if (tf.getKernel(name, BACKEND_NAME)) tf.unregisterKernel(name, BACKEND_NAME);
});
