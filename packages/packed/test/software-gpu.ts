import { useSoftwareGpu } from "@benn/software-gpu";
import type { Gpu } from "../src/webgpu/device.ts";

/** WebGPU on the CPU. */
export async function softwareGpu(): Promise<Gpu> {
  await useSoftwareGpu();
  const { create } = await import("webgpu");
  return create([]) as unknown as Gpu;
}
