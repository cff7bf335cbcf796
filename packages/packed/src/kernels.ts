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

/**
 * Compiles a module that uses SIMD.
 * @throws PackedError if the engine lacks SIMD, or if the page or the platform forbids compiling
 */
export async function compile(bytes: ArrayBuffer): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    const isForbidden = (globalThis.WebAssembly as typeof WebAssembly | undefined)?.validate(bytes);
    throw new PackedError(
      isForbidden
        ? `packed: compiling WebAssembly is forbidden here (${String(cause)}). Allow 'wasm-unsafe-eval' in the Content-Security-Policy, or load with compiled modules: { wasm }.`
        : "packed: this JavaScript engine has no WebAssembly SIMD. Use a browser or runtime of 2023 or later.",
      { cause },
    );
  }
}

/** The kernels, and, if the engine supports relaxed SIMD, those that are faster with it. */
async function compileBoth(): Promise<readonly [WebAssembly.Module, WebAssembly.Module | undefined]> {
  const both = await inflate(kernelsBase64);
  const relaxed = both.slice(RELAXED_AT);
  return Promise.all([compile(both.slice(0, RELAXED_AT)), WebAssembly.validate(relaxed) ? compile(relaxed) : Promise.resolve(undefined)]);
}

/** Modules compiled beforehand, for platforms that forbid compiling. */
export interface CompiledModules {
  /** Of `@benn/packed/kernels.wasm`. */
  readonly kernels: WebAssembly.Module;
  /** Of `@benn/packed/planes.wasm`, for files with layers of 2 to 8 bits. */
  readonly planes?: WebAssembly.Module;
}

/**
 * A new instance with its own memory.
 * @throws PackedError if WebAssembly SIMD is missing or compiling is forbidden
 */
export async function createKernels(given?: CompiledModules): Promise<Kernels> {
  const [plain, relaxed] = given ? [given.kernels] : await (compiled ??= compileBoth());
  const kernels = (await WebAssembly.instantiate(plain, { env: { abort } })).exports as unknown as Kernels;
  if (!relaxed) return kernels;
  const { exports } = await WebAssembly.instantiate(relaxed, { env: { abort, memory: kernels.memory } });
  return { ...kernels, ...(exports as unknown as Pick<Kernels, "tableConv">) };
}

export function abort(): never {
  throw new Error("packed: a kernel gave up");
}
