import { type Backend, type Definition, UserError, z } from "@benn/core";
import { bytes } from "@benn/core/quantities";
import * as tf from "@benn/core/tensorflow";
import type { WasmBackend } from "./backend.ts";
import { compileKernels } from "./instance.ts";
import { measureLimits } from "./measure-limits.ts";
import { Profiler } from "./profiler.ts";
import { BACKEND_NAME, defaultThreads, registerWasmBackend } from "./register.ts";

const options = z.object({
  memory: z.number().int().min(64).max(4096).default(4096).describe("most memory for tensors, in MiB"),
  threads: z.number().int().min(0).max(256).default(0).describe("number of worker threads; 0: one per core"),
  simd: z.enum(["auto", "relaxed", "plain"]).default("auto").describe("WebAssembly SIMD: relaxed has fused multiply-add"),
  gradients: z
    .enum(["exact", "int16"])
    .default("exact")
    .describe("sums of binary gradients: exact, or faster of 16-bit integers, rounded at random"),
});

/** The default engine: training on the CPU, in WebAssembly. */
export const wasmBackend: Definition<Backend, typeof options> = {
  description: "training on the CPU in WebAssembly SIMD; binary convolutions by XNOR and popcount",
  options,
  create: ({ memory, simd, threads, gradients }) => ({
    machineOptions: ["memory", "threads"],
    async probe() {
      try {
        const compiled = await compileKernels(simd);
        const count = typeof SharedArrayBuffer === "undefined" ? 1 : threads || defaultThreads();
        const share = count === 1 ? "one thread" : `${count} threads`;
        return { ok: true, description: `WebAssembly with ${compiled.simd} SIMD, ${share}, up to ${bytes(memory * 2 ** 20)}` };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { ok: false, reason: error.message, remedy: "Use Node 22 or newer, a current browser, or the backend cpu." };
      }
    },
    form: async () => ({ simd: (await compileKernels(simd)).simd }),
    async activate() {
      await registerWasmBackend({ memory, simd, gradients, ...(threads > 0 && { threads }) });
      await tf.setBackend(BACKEND_NAME);
    },
    async profile(run) {
      const backend = tf.findBackend(BACKEND_NAME) as WasmBackend;
      const profiler = new Profiler();
      backend.profiler = profiler;
      try {
        run();
      } finally {
        backend.profiler = undefined;
      }
      return profiler.rows();
    },
    limits: () => Promise.resolve(measureLimits()),
    // One member per core, as far as half of the memory suffices: a kernel on a single thread never waits for others at its end.
    share: ({ cores, memoryBytes, stepBytes }) => ({
      lanes: Math.max(1, Math.min(cores, Math.floor(memoryBytes / 2 / Math.max(1, stepBytes)))),
      options: (_, lanes) => ({ threads: Math.max(1, Math.floor(cores / lanes)) }),
    }),
  }),
};
