import { nativeBackend } from "@benn/backend-node";
import { registerWasmBackend } from "@benn/backend-wasm";
import { webgpuBackend } from "@benn/backend-webgpu";
import type { DeviceLimits } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { setUpTfjsWasm } from "./tfjs-wasm.ts";

/** Backends of this project that a bench can train with. */
export const BACKENDS = ["wasm", "webgpu", "node", "node-gpu"] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface Device {
  readonly version: string;
  /** The device, if it is not the processor. */
  readonly description?: string;
  /** Measures its peak throughput, for devices on which a whole step is float32. */
  limits?(): Promise<DeviceLimits | undefined>;
}

/** Activates a TensorFlow.js backend: one of BACKENDS or tfjs-wasm, npm's. `gradients` and `threads` are for wasm. */
export async function setUpDevice(name: BackendName | "tfjs-wasm", threads: number, gradients: "exact" | "int16"): Promise<Device> {
  const version = "benn";
  if (name === "tfjs-wasm") return { version: await setUpTfjsWasm("tuned") };
  if (name === "wasm") {
    await registerWasmBackend({ threads, gradients });
    await tf.setBackend("benn-wasm");
    return { version };
  }
  if (name === "webgpu") {
    const backend = webgpuBackend.create({ power: "high-performance" });
    const probe = await backend.probe();
    if (!probe.ok) throw new Error(`${probe.reason}. ${probe.remedy}`);
    await backend.activate();
    return { version, description: probe.description, limits: async () => await backend.limits?.() };
  }
  await nativeBackend(name === "node-gpu" ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node")
    .create({})
    .activate();
  return { version };
}
