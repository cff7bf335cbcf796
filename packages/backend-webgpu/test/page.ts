// What the browser's page runs: trains on WebGPU, and leaves the losses where the test finds them.
import { registerWebgpuBackend } from "@benn/backend-webgpu";
import * as tf from "@tensorflow/tfjs";
import { fewLosses } from "./few-losses.ts";

async function train(steps: number): Promise<{ readonly adapter: string; readonly losses: number[] }> {
  const { device } = await registerWebgpuBackend();
  await tf.setBackend("benn-webgpu");
  return { adapter: device.adapterInfo.description, losses: await fewLosses(steps) };
}

Object.assign(globalThis, { train });
