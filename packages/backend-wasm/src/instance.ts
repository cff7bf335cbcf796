import { UserError } from "@benn/core";
import type { WasmKernels } from "./wasm-kernels.ts";

export type Simd = "auto" | "relaxed" | "plain";

// Literal paths, so that bundlers can follow them. The folder is next to both src and dist.
const FILES = {
  relaxed: new URL("../wasm/relaxed.wasm", import.meta.url),
  "relaxed-shared": new URL("../wasm/relaxed-shared.wasm", import.meta.url),
  plain: new URL("../wasm/plain.wasm", import.meta.url),
  "plain-shared": new URL("../wasm/plain-shared.wasm", import.meta.url),
};

const compiled = new Map<keyof typeof FILES, WebAssembly.Module>();

async function read(url: URL): Promise<BufferSource> {
  try {
    if (url.protocol === "file:") return await process.getBuiltinModule("node:fs/promises").readFile(url);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`);
    return await response.arrayBuffer();
  } catch (cause) {
    throw new UserError(`backend wasm: its kernels could not be read from ${url.href}. Build them with "pnpm build".`, { cause });
  }
}

export interface CompiledKernels {
  readonly module: WebAssembly.Module;
  readonly simd: "relaxed" | "plain";
}

/**
 * Compiles the kernels, with fused multiply-add (relaxed SIMD) if the engine supports it, unless the option says otherwise.
 * @throws UserError if the files are missing or the engine cannot run them
 */
export async function compileKernels(simd: Simd = "auto", shared = typeof SharedArrayBuffer !== "undefined"): Promise<CompiledKernels> {
  for (const kind of simd === "auto" ? (["relaxed", "plain"] as const) : [simd]) {
    const file = `${kind}${shared ? "-shared" : ""}` as const;
    let module = compiled.get(file);
    if (!module) {
      const bytes = await read(FILES[file]);
      if (!WebAssembly.validate(bytes)) continue;
      module = await WebAssembly.compile(bytes);
      compiled.set(file, module);
    }
    return { module, simd: kind };
  }
  throw new UserError(
    `backend wasm: this JavaScript engine has no ${simd === "relaxed" ? "relaxed " : ""}WebAssembly SIMD. ` +
      (simd === "relaxed" ? 'Use simd "auto".' : "Use Node 22 or newer, a current browser, or the backend cpu."),
  );
}

/** Binds compiled kernels to a memory. */
export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<WasmKernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as WasmKernels;
}
