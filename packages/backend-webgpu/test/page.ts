// What the browser's page runs: trains on WebGPU, and tries to choose a GPU by name.
import { registerWebgpuBackend } from "@benn/backend-webgpu";
import * as tf from "@tensorflow/tfjs";
import { fewLosses } from "./few-losses.ts";

async function train(steps: number): Promise<{ readonly adapter: string; readonly losses: number[] }> {
  const { device } = await registerWebgpuBackend();
  await tf.setBackend("benn-webgpu");
  return { adapter: device.adapterInfo.description, losses: await fewLosses(steps) };
}

/** What choosing a GPU by name says. */
async function choose(adapter: string): Promise<string> {
  return await registerWebgpuBackend({ adapter }).then(
    () => "chosen",
    (error: Error) => error.message,
  );
}

Object.assign(globalThis, { train, choose });
