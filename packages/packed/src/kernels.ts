import { kernelsBase64, RELAXED_AT } from "./kernels-base64.ts";
import { PackedError } from "./packed-error.ts";
import type { KernelFunctions } from "./signatures/kernels.ts";

/** The compiled kernels. All addresses and sizes are in bytes of their one memory. */
export interface Kernels extends KernelFunctions {
  readonly memory: WebAssembly.Memory;
}

let compiled: Promise<readonly [WebAssembly.Module, WebAssembly.Module | undefined]> | undefined;

export function inflate(base64: string): Promise<ArrayBuffer> {
  const deflated = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer();
}

/** The kernels, and, if the engine supports relaxed SIMD, those that are faster with it. */
async function compile(): Promise<readonly [WebAssembly.Module, WebAssembly.Module | undefined]> {
  const both = await inflate(kernelsBase64);
  const relaxed = both.slice(RELAXED_AT);
  return Promise.all([
    WebAssembly.compile(both.slice(0, RELAXED_AT)),
    WebAssembly.validate(relaxed) ? WebAssembly.compile(relaxed) : Promise.resolve(undefined),
  ]);
}

/**
 * A new instance with its own memory.
 * @throws PackedError if WebAssembly SIMD is missing
 */
export async function createKernels(): Promise<Kernels> {
  compiled ??= compile();
  try {
    const [plain, relaxed] = await compiled;
    const kernels = (await WebAssembly.instantiate(plain, { env: { abort } })).exports as unknown as Kernels;
    if (!relaxed) return kernels;
    const { exports } = await WebAssembly.instantiate(relaxed, { env: { abort, memory: kernels.memory } });
    return { ...kernels, ...(exports as unknown as Pick<Kernels, "tableConv">) };
  } catch (cause) {
    throw new PackedError("packed: this JavaScript engine has no WebAssembly SIMD. Use a browser or runtime of 2023 or later.", { cause });
  }
}

export function abort(): never {
  throw new Error("packed: a kernel gave up");
}
