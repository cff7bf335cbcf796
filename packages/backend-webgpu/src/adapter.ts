import { findGpu, NoGpu } from "./find-gpu.ts";

export type Power = "high-performance" | "low-power";

/** The GPU's driver may hang; a probe must not. */
const PATIENCE_MILLISECONDS = 20_000;

/** @throws NoGpu when there is no WebGPU or no adapter */
export async function requestAdapter(power: Power): Promise<GPUAdapter> {
  const gpu = await findGpu();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<never>((_, reject) => {
    const late = new NoGpu("the GPU's driver does not answer", "Restart the machine, or use the backend wasm.");
    timer = setTimeout(() => reject(late), PATIENCE_MILLISECONDS);
  });
  const adapter = await Promise.race([gpu.requestAdapter({ powerPreference: power }), patience]).finally(() => clearTimeout(timer));
  if (adapter) return adapter;
  throw new NoGpu(
    "there is no GPU that WebGPU can use",
    typeof process !== "undefined" && process.platform === "linux"
      ? 'Install the GPU\'s Vulkan driver and libvulkan1; "vulkaninfo --summary" must list it. In a container pass the device through.'
      : "Install the GPU's current driver.",
  );
}

/** For people: the GPU's name, and how large one tensor can be. */
export function describeAdapter({ info, limits }: Pick<GPUAdapter, "info" | "limits">): string {
  const name = [info.description || info.device, [info.vendor, info.architecture].filter(Boolean).join(" ")].filter(Boolean);
  const kind = info.isFallbackAdapter ? ", a CPU that plays GPU: right, and very slow" : "";
  return `${name.join(", ") || "a GPU without a name"}${kind}; tensors up to ${largestTensor(limits) >> 20} MiB`;
}

/** Bytes of the largest tensor. */
export function largestTensor({ maxStorageBufferBindingSize, maxBufferSize }: GPUSupportedLimits): number {
  return Math.min(maxStorageBufferBindingSize, maxBufferSize);
}
