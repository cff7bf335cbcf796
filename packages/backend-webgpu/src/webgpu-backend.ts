import { type Backend, type Definition, type ProfileRow, z } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { describeAdapter, quoted, requestAdapter } from "./adapter.ts";
import { adapterNames, NoGpu } from "./find-gpu.ts";
import type { ProgramTime } from "./guarded-backend.ts";

const options = z.object({
  power: z.enum(["high-performance", "low-power"]).default("high-performance").describe("which GPU, where there are two"),
  adapter: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe("which GPU, by a part of its name; members side by side take turns in a list of them"),
});

/** TensorFlow.js's own products, whose multiply-adds are not counted. */
const UNCOUNTED = /conv|mat_?mul/i;

function profileRow({ program, outputShape, macs, ...measured }: ProgramTime): ProfileRow {
  const row = { kernel: program, part: outputShape.join("×"), calls: 1, ...measured };
  if (macs !== undefined) return { ...row, macs, bound: "multiplyAdds" };
  return UNCOUNTED.test(program) ? row : { ...row, bound: "bytes" };
}

/** Training on the GPU with WebGPU: in browsers, and in Node with Dawn, whose package is loaded on demand. */
export const webgpuBackend: Definition<Backend, typeof options> = {
  description: "training on the GPU by WebGPU, without CUDA; Node needs the package webgpu",
  options,
  create: ({ power, adapter }) => ({
    machineOptions: ["power", "adapter"],
    async probe() {
      try {
        const found = await requestAdapter({ power, adapters: [adapter ?? []].flat() });
        const names = await adapterNames();
        return { ok: true, description: describeAdapter(found.adapter) + (names.length > 0 ? `; adapters: ${quoted(names)}` : "") };
      } catch (error) {
        if (!(error instanceof NoGpu)) throw error;
        return { ok: false, reason: error.reason, remedy: error.remedy };
      }
    },
    async activate() {
      const { BACKEND_NAME, registerWebgpuBackend } = await import("./register.ts");
      await registerWebgpuBackend({ power, adapter });
      await tf.setBackend(BACKEND_NAME);
    },
    async profile(run) {
      const { registerWebgpuBackend } = await import("./register.ts");
      const programs = await (await registerWebgpuBackend({ power, adapter })).profile(run);
      return programs.map(profileRow).toSorted((a, b) => b.milliseconds - a.milliseconds);
    },
    async limits() {
      const [{ registerWebgpuBackend }, { measureLimits }] = await Promise.all([import("./register.ts"), import("./measure-limits.ts")]);
      return await measureLimits(await registerWebgpuBackend({ power, adapter }));
    },
    share() {
      const adapters = [adapter ?? []].flat();
      const lanes = Math.max(1, adapters.length);
      return { lanes, options: (lane) => (adapters.length > 0 ? { adapter: adapters[lane % lanes] } : {}) };
    },
  }),
};
