// The code of the browser's page: trains on WebGPU, and tries to choose a GPU by name.
import { registerWebgpuBackend } from "@benn/backend-webgpu";
import * as tf from "@benn/core/tensorflow";
import { fewLosses } from "./few-losses.ts";

async function train(steps: number): Promise<{ readonly adapter: string; readonly losses: number[] }> {
  const { device } = await registerWebgpuBackend();
  await tf.setBackend("benn-webgpu");
  return { adapter: device.adapterInfo.description, losses: await fewLosses(steps) };
}

/** The message when a GPU is chosen by name. */
async function choose(adapter: string): Promise<string> {
  return await registerWebgpuBackend({ adapter }).then(
    () => "chosen",
    (error: Error) => error.message,
  );
}

Object.assign(globalThis, { train, choose });
