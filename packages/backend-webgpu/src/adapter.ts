import { bytes } from "@benn/core/quantities";
import { adapterNames, findGpu, NoGpu, noUsableGpu } from "./find-gpu.ts";

export type Power = "high-performance" | "low-power";

/** The GPU's driver may hang; a probe must not. */
const PATIENCE_MILLISECONDS = 20_000;

/** Which GPU. */
export interface AdapterChoice {
  readonly power: Power;
  /**
   * Substrings of adapter names, as Dawn reports them. All must exist; the first is used. Empty: any adapter with that power preference.
   */
  readonly adapters: readonly string[];
}

/**
 * @returns the adapter, and the WebGPU entry that provided it
 * @throws NoGpu if there is no WebGPU or no adapter, or none with such a name
 */
export async function requestAdapter({ power, adapters }: AdapterChoice): Promise<{ readonly adapter: GPUAdapter; readonly gpu: GPU }> {
  const gpu = await findGpu({ adapter: adapters[0] });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<never>((_, reject) => {
    const late = new NoGpu("the GPU's driver does not answer", "Restart the machine, or use the backend wasm.");
    timer = setTimeout(() => reject(late), PATIENCE_MILLISECONDS);
  });
  const request = async (): Promise<GPUAdapter | null> => {
    if (adapters.length > 0) checkNames(adapters, await adapterNames());
    return await gpu.requestAdapter({ powerPreference: power });
  };
  const adapter = await Promise.race([request(), patience]).finally(() => clearTimeout(timer));
  if (adapter) return { adapter, gpu };
  throw noUsableGpu();
}

/** @param names of the existing adapters; empty if they are unknown */
function checkNames(adapters: readonly string[], names: readonly string[]): void {
  const missing = adapters.find((adapter) => !names.some((name) => name.includes(adapter)));
  if (missing === undefined || names.length === 0) return;
  throw new NoGpu(
    `no GPU here has "${missing}" in its name`,
    `There ${names.length > 1 ? "are" : "is"} ${quoted(names)}; set the option "adapter" to such a name, or to a part of it.`,
  );
}

/** For people: `"this", "that"`. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

/** A description for people: the GPU's name, and the size of its largest tensor. */
export function describeAdapter({ info, limits }: Pick<GPUAdapter, "info" | "limits">): string {
  const name = [info.description || info.device, [info.vendor, info.architecture].filter(Boolean).join(" ")].filter(Boolean);
  const kind = info.isFallbackAdapter ? ", a CPU that plays GPU: right, and very slow" : "";
  return `${name.join(", ") || "a GPU without a name"}${kind}; tensors up to ${bytes(largestTensor(limits))}`;
}

/** Size of the largest tensor in bytes. */
export function largestTensor({ maxStorageBufferBindingSize, maxBufferSize }: GPUSupportedLimits): number {
  return Math.min(maxStorageBufferBindingSize, maxBufferSize);
}
