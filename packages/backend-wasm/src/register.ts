import * as tf from "@benn/core/tensorflow";
import { type Gradients, WasmBackend } from "./backend.ts";
import { compileKernels, instantiateKernels, type Simd } from "./instance.ts";
import type { KernelCall } from "./kernel-call.ts";
import { KERNELS } from "./kernel-list.ts";
import { TensorMemory } from "./tensor-memory.ts";
import { ThreadPool } from "./thread-pool.ts";

/** TensorFlow.js's name for the backend; "wasm" is tfjs-backend-wasm's. */
export const BACKEND_NAME = "benn-wasm";

function registerKernels(): void {
  tf.copyRegisteredKernels("cpu", BACKEND_NAME);
  const stock = new Map(tf.getKernelsForBackend(BACKEND_NAME).map((config) => [config.kernelName, config]));
  for (const kernelName of new Set([...stock.keys(), ...Object.keys(KERNELS)])) {
    const kernel = KERNELS[kernelName];
    const config = stock.get(kernelName);
    const fallback = config?.kernelFunc;
    if (config) tf.unregisterKernel(kernelName, BACKEND_NAME);
    tf.registerKernel({
      ...config,
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: (call) => {
        const own = call as unknown as KernelCall<never, never>;
        const run = () => (kernel && own.backend.undoneOnError(() => kernel(own))) ?? fallback?.(call);
        const outputs = own.backend.profiler ? own.backend.profiler.kernel(kernelName, run) : run();
        if (!outputs) throw new Error(`${kernelName}: backend ${BACKEND_NAME} cannot run it on these inputs.`);
        return outputs;
      },
    });
  }
}

export interface WasmOptions {
  /** `int16`: gradients of binary convolutions from dy rounded stochastically to 16-bit integers, faster; default `exact`. */
  readonly gradients?: Gradients;
  /** Maximum memory of the tensors in MiB, 64 to 4096; default 4096. */
  readonly memory?: number;
  /** `relaxed`: with fused multiply-add; `plain`: without, the same bytes on every machine; `auto`, the default: relaxed if supported. */
  readonly simd?: Simd;
  /** Number of threads, including the calling one; default, and 0: one per core. Results do not depend on it. */
  readonly threads?: number;
}

/** One per core, or 1 if the number of cores is unknown. */
export function defaultThreads(): number {
  return Math.max(1, globalThis.navigator?.hardwareConcurrency ?? 1);
}

/**
 * Adds the backend `benn-wasm` to TensorFlow.js; `tf.setBackend("benn-wasm")` activates it. Called again, it changes the options of the
 * existing backend. `tf.removeBackend("benn-wasm")` ends its threads.
 * @throws UserError if WebAssembly SIMD is missing or the kernels cannot be read
 */
export async function registerWasmBackend(options: WasmOptions = {}): Promise<WasmBackend> {
  const { memory = 4096, simd = "auto", gradients = "exact" } = options;
  const threads = options.threads || defaultThreads();
  const known = tf.findBackend(BACKEND_NAME) as WasmBackend | null;
  const tensors = known?.tensors ?? new TensorMemory(memory);
  const compiled = await compileKernels(simd, tensors.shared);
  if (known && known.module === compiled.module && known.threads === threads) {
    tensors.setLimit(memory);
    return Object.assign(known, { gradients });
  }
  known?.pool.close();
  const wasm = await instantiateKernels(compiled.module, tensors.memory);
  const pool = await ThreadPool.start(wasm, compiled.module, tensors.memory, tensors.control, threads);
  if (known) {
    tensors.setLimit(memory);
    return Object.assign(known, { wasm, pool, module: compiled.module, threads, gradients });
  }
  const backend = new WasmBackend(tensors, wasm, pool, compiled.module, threads);
  backend.gradients = gradients;
  registerKernels();
  // Lower priority than every other backend: it becomes active on request, not by being imported.
  tf.registerBackend(BACKEND_NAME, () => backend, 0);
  return tf.findBackend(BACKEND_NAME) as WasmBackend;
}
