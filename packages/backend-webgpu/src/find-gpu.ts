import { UserError } from "@benn/core";

/** What the package `webgpu` exports: Dawn, the WebGPU of Chromium, for Node. */
export interface Dawn {
  create(options: string[]): GPU;
  /** GPUBuffer, GPUBufferUsage and all the other names that a browser has as globals. */
  readonly globals: object;
}

/** There is no WebGPU here, or no GPU for it. */
export class NoGpu extends UserError {
  readonly reason: string;
  readonly remedy: string;
  constructor(reason: string, remedy: string, options?: ErrorOptions) {
    super(`backend webgpu: ${reason}. ${remedy}`, options);
    this.reason = reason;
    this.remedy = remedy;
  }
}

let dawn: Promise<{ readonly gpu: GPU; readonly globals: object }> | undefined;

/**
 * WebGPU's entry: the browser's own, or Dawn's in Node. Changes no global.
 * @throws NoGpu with the reason and the remedy
 */
export async function findGpu(importDawn: () => Promise<Dawn> = () => import("webgpu")): Promise<GPU> {
  const { gpu } = globalThis.navigator ?? {};
  if (gpu) return gpu;
  if (typeof process === "undefined" || !process.versions.node) {
    throw new NoGpu(
      "this browser or page has no WebGPU",
      "Use Chrome or Edge 113, Safari 26 or Firefox 141, or newer, and serve the page over https or from localhost.",
    );
  }
  dawn ??= loadDawn(importDawn);
  try {
    return (await dawn).gpu;
  } catch (error) {
    dawn = undefined; // it may have been installed by the next time
    throw error;
  }
}

/** Makes the names global that a browser has, `navigator.gpu` among them, as TensorFlow.js's backend expects them. */
export async function makeGpuGlobal(): Promise<void> {
  if (!dawn) return;
  const { gpu, globals } = await dawn;
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
}

async function loadDawn(importDawn: () => Promise<Dawn>): Promise<{ gpu: GPU; globals: object }> {
  try {
    const { create, globals } = await importDawn();
    // Rounding the GPU's clock to a tenth of a millisecond protects pages from one another; here it only blurs a profile.
    return { gpu: create(["disable-dawn-features=timestamp_quantization"]), globals };
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
