import { abort, inflate, type Kernel } from "../kernels.ts";
import { planeKernelsBase64 } from "./plane-kernels-base64.ts";

type Window = [kh: number, kw: number, oh: number, ow: number, sh: number, sw: number, top: number, left: number];

/** The compiled kernels for values of several bits; `assembly/planes.ts` describes each. */
export interface PlaneKernels {
  readonly quantize: Kernel<
    [x: number, pixels: number, c: number, planes: number, thresholds: number, flips: number, y: number, planeBytes: number]
  >;
  readonly unpack: Kernel<[x: number, pixels: number, c: number, planes: number, planeBytes: number, y: number]>;
  readonly maxPlanes: Kernel<[x: number, h: number, w: number, words: number, planes: number, ...Window, flips: number, y: number]>;
  readonly spread: Kernel<[x: number, pixels: number, f: number, y: number]>;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** An instance that works on the memory of others. */
export async function createPlaneKernels(memory: WebAssembly.Memory): Promise<PlaneKernels> {
  compiled ??= inflate(planeKernelsBase64).then((bytes) => WebAssembly.compile(bytes));
  const { exports } = await WebAssembly.instantiate(await compiled, { env: { abort, memory } });
  return exports as unknown as PlaneKernels;
}
