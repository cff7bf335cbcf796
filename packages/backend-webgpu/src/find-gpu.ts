import { UserError } from "@benn/core";

/** The exports of the package `webgpu`: Dawn, Chromium's WebGPU implementation, for Node. */
export interface Dawn {
  create(options: string[]): GPU;
  /** GPUBuffer, GPUBufferUsage and all the other names that are globals in a browser. */
  readonly globals: object;
}

/** There is no WebGPU on this machine, or no GPU for it. */
export class NoGpu extends UserError {
  readonly reason: string;
  readonly remedy: string;
  constructor(reason: string, remedy: string, options?: ErrorOptions) {
    super(`backend webgpu: ${reason}. ${remedy}`, options);
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** Options of the search for a GPU. */
export interface GpuSearch {
  /** Part of the adapter's name; the returned entry provides no other adapter. Only with Dawn. */
  readonly adapter?: string | undefined;
  importDawn?(): Promise<Dawn>;
}

// Rounding the GPU's clock to a tenth of a millisecond protects web pages from one another; here it would only blur profiles.
const DAWN_OPTIONS = ["disable-dawn-features=timestamp_quantization"];
const NOBODYS_NAME = "no adapter has this name";

let dawn: Promise<Dawn> | undefined;
/** Dawn's entries, by the adapter for which they were created. */
const entries = new Map<string | undefined, GPU>();

/**
 * WebGPU's entry: the browser's own, or Dawn's in Node. Changes no global.
 * @throws NoGpu with the reason and the remedy
 */
export async function findGpu({ adapter, importDawn = () => import("webgpu") }: GpuSearch = {}): Promise<GPU> {
  const gpu = builtIn();
  if (gpu && adapter === undefined) return gpu;
  if (gpu) {
    throw new NoGpu("a browser chooses its GPU itself, not by name", 'Leave out the option "adapter"; "power" is the one that it uses.');
  }
  if (typeof process === "undefined" || !process.versions.node) {
    throw new NoGpu(
      "this browser or page has no WebGPU",
      "Use Chrome or Edge 113, Safari 26 or Firefox 141, or newer, and serve the page over https or from localhost.",
    );
  }
  dawn ??= loadDawn(importDawn);
  try {
    const { create } = await dawn;
    if (lacksLibrary()) throw noUsableGpu(); // Dawn would say so too, past every stream of Node: into a log or over a screen
    const entry = entries.get(adapter) ?? create([...DAWN_OPTIONS, ...(adapter === undefined ? [] : [`adapter=${adapter}`])]);
    entries.set(adapter, entry);
    return entry;
  } catch (error) {
    dawn = undefined; // it may be installed before the next call
    throw error;
  }
}

/** Whether Vulkan's loader, without which Dawn finds no GPU on Linux, is not installed. */
export function lacksLibrary(name: string = "libvulkan.so.1"): boolean {
  if (process.platform !== "linux") return false;
  try {
    process.dlopen({ exports: {} }, name);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith(`${name}: `); // a library that is there is only no module of Node's
  }
}

export function noUsableGpu(): NoGpu {
  return new NoGpu(
    "there is no GPU that WebGPU can use",
    typeof process !== "undefined" && process.platform === "linux"
      ? 'Install the GPU\'s Vulkan driver and libvulkan1; "vulkaninfo --summary" must list it. In a container pass the device through.'
      : "Install the GPU's current driver.",
  );
}

/** Names of the adapters. Dawn lists them in the error for an unknown name; empty if there are none, and in a browser. */
export async function adapterNames(): Promise<string[]> {
  if (!dawn || builtIn()) return [];
  const { create } = await dawn;
  try {
    await create([`adapter=${NOBODYS_NAME}`]).requestAdapter();
    return [];
  } catch (error) {
    const lines = (error as Error).message.matchAll(/^ \* backend: '.*?', name: '(.*)'$/gm);
    return [...new Set(Array.from(lines, ([, name = ""]) => name))];
  }
}

/** Defines the browser's globals, including `navigator.gpu`, as TensorFlow.js's backend expects them. */
export async function makeGpuGlobal(gpu: GPU): Promise<void> {
  if (!dawn || builtIn()) return;
  const { globals } = await dawn;
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
}

/** A browser's own entry, as opposed to one of Dawn's that was made global. */
function builtIn(): GPU | undefined {
  const { gpu } = globalThis.navigator ?? {};
  return gpu && [...entries.values()].includes(gpu) ? undefined : gpu;
}

async function loadDawn(importDawn: () => Promise<Dawn>): Promise<Dawn> {
  try {
    return await importDawn();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND") {
      throw new NoGpu('the package "webgpu" (Dawn, about 130 MB) is not installed', "npm install webgpu", { cause });
    }
    throw new NoGpu(
      `the package "webgpu" does not load on ${process.platform} ${process.arch}: ${message.split("\n")[0]}`,
      "It has binaries for Linux with glibc (x64, arm64), macOS and Windows (x64); on other systems use the backend wasm.",
      { cause },
    );
  }
}
