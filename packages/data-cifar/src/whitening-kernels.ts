import { readFile } from "node:fs/promises";
import { UserError } from "@benn/core";
import type { WhiteningFunctions } from "./kernel-signatures.ts";

/** Next to both src and dist. */
const FILE = new URL("../wasm/whitening.wasm", import.meta.url);
const PAGE = 2 ** 16;

/** The functions of assembly/index.ts, and the memory that their addresses (in bytes) refer to. */
export interface WhiteningKernels extends WhiteningFunctions {
  readonly memory: ArrayBuffer;
}

/**
 * The kernels with a memory of at least this many bytes, all zero.
 * @throws UserError if the file is missing
 */
export async function loadWhiteningKernels(bytes: number): Promise<WhiteningKernels> {
  const code = await readFile(FILE).catch((cause: unknown) => {
    throw new UserError(`cifar10: the kernels of gcn-zca could not be read from ${FILE.href}. Build them with "pnpm build".`, { cause });
  });
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / PAGE)), maximum: 65536 });
  const { instance } = await WebAssembly.instantiate(code, { env: { memory } });
  return { ...(instance.exports as unknown as WhiteningFunctions), memory: memory.buffer };
}
