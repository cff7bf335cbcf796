import { readFile } from "node:fs/promises";
import { UserError } from "@benn/core";

/** Beside both src and dist. */
const FILE = new URL("../wasm/whitening.wasm", import.meta.url);
const PAGE = 2 ** 16;

/** The functions of assembly/index.ts, and the memory that their addresses (in bytes) mean. */
export interface WhiteningKernels {
  readonly memory: ArrayBuffer;
  multiply(
    a: number,
    aRow: number,
    aStep: number,
    panels: number,
    c: number,
    cRow: number,
    rows: number,
    columns: number,
    steps: number,
  ): void;
  addGram(panels: number, c: number, columns: number, steps: number): void;
  reflect(triangle: number, v: number, w: number, size: number, scale: number): void;
  reflectRow(row: number, v: number, size: number, scale: number): void;
}

/**
 * The kernels with a memory of at least so many bytes, all zero.
 * @throws UserError when they are not there
 */
export async function loadWhiteningKernels(bytes: number): Promise<WhiteningKernels> {
  const code = await readFile(FILE).catch((cause: unknown) => {
    throw new UserError(`cifar10: the kernels of gcn-zca could not be read from ${FILE.href}. Build them with "pnpm build".`, { cause });
  });
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / PAGE)), maximum: 65536 });
  const { instance } = await WebAssembly.instantiate(code, { env: { memory } });
  return { ...(instance.exports as unknown as Omit<WhiteningKernels, "memory">), memory: memory.buffer };
}
