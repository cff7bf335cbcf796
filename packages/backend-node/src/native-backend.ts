import { createRequire } from "node:module";
import { join } from "node:path";
import { type Backend, type Definition, type Probe, UserError, z } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { explainFailure } from "./explain-failure.ts";
import type { NativePackage } from "./native-package.ts";
import { restoreUtil } from "./restore-util.ts";
import { sumInStages } from "./sum-in-stages.ts";

const options = z.object({
  from: z.string().min(1).optional().describe("folder whose node_modules hold the package; default: the working folder"),
});

/** TensorFlow.js's name for the backend of either package. */
export const BACKEND_NAME = "tensorflow";

/** Properties of the packages' backend. */
interface NativeKernels {
  readonly isGPUPackage: boolean;
  /** Whether the library found a GPU when it was loaded. It opens CUDA lazily, and computes on the CPU if it cannot. */
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * TensorFlow's own library under TensorFlow.js: `tfjs-node` on the CPU, `tfjs-node-gpu` with CUDA. The user installs the package, since its
 * install script downloads the library. It is loaded only when the backend is probed or activated, and then registers itself with
 * TensorFlow.js.
 */
export function nativeBackend(name: NativePackage): Definition<Backend, typeof options> {
  const byCuda = name.endsWith("gpu");
  return {
    description: byCuda ? "TensorFlow's native library by CUDA 11.2 (tfjs-node-gpu)" : "TensorFlow's native library on the CPU (tfjs-node)",
    options,
    create: ({ from }) => {
      const load = (): Probe => {
        try {
          restoreUtil();
          // Only warnings and errors: by default it logs the processor's features, in the middle of the screen.
          process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "1";
          createRequire(join(from ?? process.cwd(), "package.json"))(name);
        } catch (error) {
          return { ok: false, ...explainFailure(name, error) };
        }
        const kernels = tf.findBackend(BACKEND_NAME) as unknown as NativeKernels | null;
        if (!kernels) {
          return {
            ok: false,
            reason: `${name} was loaded, but with a TensorFlow.js of its own.`,
            remedy: `Install the version that benn uses: npm install ${name}@${tf.version_core}`,
          };
        }
        if (kernels.isGPUPackage !== byCuda) {
          return {
            ok: false,
            reason: `${name} is installed beside ${byCuda ? "" : "its GPU edition, "}@tensorflow/tfjs-node${byCuda ? "" : "-gpu"}, which this process has loaded, and one process holds one of them.`,
            remedy: "Uninstall the one that you do not train with, or name the backend instead of auto.",
          };
        }
        if (byCuda && !kernels.isUsingGpuDevice) {
          return {
            ok: false,
            reason: "CPU only: TensorFlow was loaded and lists no GPU among its devices.",
            remedy:
              `It needs an NVIDIA GPU, CUDA 11.2 and cuDNN 8.1, their folder in LD_LIBRARY_PATH (what it misses stands in its log: set ` +
              `TF_CPP_MIN_LOG_LEVEL=0). On the CPU use wasm, or node.`,
          };
        }
        sumInStages(BACKEND_NAME);
        return { ok: true, description: `${name}, TensorFlow ${kernels.binding.TF_Version}'s native library` };
      };
      return {
        machineOptions: ["from"],
        async probe() {
          const before = tf.getBackend() as string | undefined; // undefined if nothing has been computed yet
          const probe = load();
          // Loading it activates its backend, which a probe must not do.
          if (before && tf.getBackend() !== before) await tf.setBackend(before);
          return probe;
        },
        async activate() {
          const probe = load();
          if (!probe.ok) throw new UserError(`backend ${byCuda ? "node-gpu" : "node"}: ${probe.reason} ${probe.remedy}`);
          await tf.setBackend(BACKEND_NAME);
        },
      };
    },
  };
}
