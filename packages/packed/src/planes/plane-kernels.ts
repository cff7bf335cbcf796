import { abort, inflate } from "../kernels.ts";
import type { PlaneKernels } from "../signatures/planes.ts";
import { planeKernelsBase64 } from "./plane-kernels-base64.ts";

let compiled: Promise<WebAssembly.Module> | undefined;

/** An instance that uses the given memory. */
export async function createPlaneKernels(memory: WebAssembly.Memory): Promise<PlaneKernels> {
  compiled ??= inflate(planeKernelsBase64).then((bytes) => WebAssembly.compile(bytes));
  const { exports } = await WebAssembly.instantiate(await compiled, { env: { abort, memory } });
  return exports as unknown as PlaneKernels;
}
