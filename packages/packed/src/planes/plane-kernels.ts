import { abort, compile, inflate } from "../kernels.ts";
import type { PlaneKernels } from "../signatures/planes.ts";
import { planeKernelsBase64 } from "./plane-kernels-base64.ts";

let compiled: Promise<WebAssembly.Module> | undefined;

/** An instance that uses the given memory. */
export async function createPlaneKernels(memory: WebAssembly.Memory, given?: WebAssembly.Module): Promise<PlaneKernels> {
  const module = given ?? (await (compiled ??= inflate(planeKernelsBase64).then(compile)));
  const { exports } = await WebAssembly.instantiate(module, { env: { abort, memory } });
  return exports as unknown as PlaneKernels;
}
