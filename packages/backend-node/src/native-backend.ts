import { createRequire } from "node:module";
import { join } from "node:path";
import { type Backend, type Definition, type Probe, UserError, z } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import { explainFailure } from "./explain-failure.ts";
import type { NativePackage } from "./native-package.ts";
import { restoreUtil } from "./restore-util.ts";

const options = z.object({
  from: z.string().min(1).optional().describe("folder whose node_modules hold the package; default: the working folder"),
});

/** What TensorFlow.js calls the backend of either package. */
export const BACKEND_NAME = "tensorflow";

/**
 * TensorFlow's own library under TensorFlow.js: `tfjs-node` on the CPU, `tfjs-node-gpu` by CUDA. The package is the user's
 * to install, since its install script downloads the library; it is loaded when the backend is probed or activated, and
 * never otherwise. It registers itself with TensorFlow.js when it is loaded.
 */
export function nativeBackend(name: NativePackage): Definition<Backend, typeof options> {
  return {
    description: name.endsWith("gpu")
      ? "TensorFlow's native library by CUDA 11.2 (tfjs-node-gpu)"
      : "TensorFlow's native library on the CPU (tfjs-node)",
    options,
    create: ({ from }) => {
      const load = (): Probe => {
        try {
          restoreUtil();
          createRequire(join(from ?? process.cwd(), "package.json"))(name);
        } catch (error) {
          return { ok: false, ...explainFailure(name, error) };
        }
        if (tf.findBackendFactory(BACKEND_NAME)) return { ok: true, description: `${name}, TensorFlow's native library` };
        return {
          ok: false,
          reason: `${name} was loaded, but with a TensorFlow.js of its own.`,
          remedy: `Install the version that benn uses: npm install ${name}@${tf.version["tfjs-core"]}`,
        };
      };
      return {
        async probe() {
          const before = tf.getBackend();
          const probe = load();
          // Loading it makes it the backend, which a probe must not.
          if (before !== "" && tf.getBackend() !== before) await tf.setBackend(before);
          return probe;
        },
        async activate() {
          const probe = load();
          if (!probe.ok) throw new UserError(`backend ${name.endsWith("gpu") ? "node-gpu" : "node"}: ${probe.reason} ${probe.remedy}`);
          await tf.setBackend(BACKEND_NAME);
        },
      };
    },
  };
}
