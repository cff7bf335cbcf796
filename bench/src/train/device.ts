import { nativeBackend } from "@benn/backend-node";
import { registerWasmBackend } from "@benn/backend-wasm";
import { webgpuBackend } from "@benn/backend-webgpu";
import * as tf from "@tensorflow/tfjs";

/** Backends of this project that a bench can train with. */
export const BACKENDS = ["wasm", "webgpu", "node", "node-gpu"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** What a device gives at most, by programs that do nothing else. */
export interface DeviceLimits {
  /** Float32 multiply-adds a second, in units of 10¹². */
  readonly teramacs: number;
  /** Bytes of memory read and written a second, in units of 10⁹. */
  readonly gigabytes: number;
}

/** Makes a backend TensorFlow.js's current one. `gradients` is for wasm: exact unless "int16". */
export async function setUpDevice(
  name: string,
  threads: number,
  gradients?: string,
): Promise<{ readonly version: string; readonly limits?: DeviceLimits }> {
  const node = `Node ${process.versions.node}`;
  if (name === "wasm") {
    await registerWasmBackend({ threads, gradients: gradients === "int16" ? "int16" : "exact" });
    await tf.setBackend("benn-wasm");
    return { version: node };
  }
  if (name === "webgpu") {
    const backend = webgpuBackend.create({ power: "high-performance" });
    const probe = await backend.probe();
    if (!probe.ok) throw new Error(`${probe.reason}. ${probe.remedy}`);
    await backend.activate();
    const limits = await backend.limits?.();
    return {
      version: `${probe.description}, ${node}`,
      ...(limits ? { limits: { teramacs: limits.multiplyAdds / 1e12, gigabytes: limits.bytes / 1e9 } } : {}),
    };
  }
  await nativeBackend(name === "node-gpu" ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node")
    .create({})
    .activate();
  return { version: node };
}
