import * as tf from "@benn/core/tensorflow";
import { type Power, requestAdapter } from "./adapter.ts";
import { makeGpuGlobal } from "./find-gpu.ts";
import type { GuardedBackend } from "./guarded-backend.ts";
import type { KernelCall } from "./kernel-call.ts";
import { KERNELS } from "./kernel-list.ts";

/** TensorFlow.js's name for the backend; "webgpu" is tfjs-backend-webgpu's, which is not changed. */
export const BACKEND_NAME = "benn-webgpu";

const REQUIRED_LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
] as const;

export interface WebgpuOptions {
  /** Which GPU, if there are two. Default "high-performance". */
  readonly power?: Power;
  /**
   * A part of the GPU's name, such as "H100"; of a list, the first is used, and the others must exist too. Only in Node. Default: any GPU
   * with that power preference.
   */
  readonly adapter?: string | readonly string[] | undefined;
}

/** The requested adapters when the backend was created. */
let madeFor = "";

/**
 * Adds the backend `benn-webgpu` to TensorFlow.js; `await tf.setBackend("benn-webgpu")` activates it. Called again, it keeps the existing
 * backend, unless that has failed or another GPU is requested by name: then a new device replaces it.
 * @throws UserError if there is no WebGPU, no GPU or none of that name
 */
export async function registerWebgpuBackend(options: WebgpuOptions = {}): Promise<GuardedBackend> {
  const { power = "high-performance" } = options;
  const adapters = [options.adapter ?? []].flat();
  const wanted = JSON.stringify(adapters);
  const known = tf.findBackend(BACKEND_NAME) as GuardedBackend | null;
  if (known && !known.failure && (adapters.length === 0 || wanted === madeFor)) return known;
  const { adapter, gpu } = await requestAdapter({ power, adapters });
  if (known) tf.removeBackend(BACKEND_NAME);
  madeFor = wanted;
  await makeGpuGlobal(gpu);
  const { GuardedBackend } = await importBackend();
  const requiredLimits = Object.fromEntries(REQUIRED_LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  const requiredFeatures = (["timestamp-query"] as const).filter((feature) => adapter.features.has(feature));
  const backend = new GuardedBackend(await adapter.requestDevice({ requiredLimits, requiredFeatures }), adapter.info);
  registerKernels();
  // Lower priority than every other backend: it becomes active on request, not by being imported.
  tf.registerBackend(BACKEND_NAME, () => backend, 0);
  return tf.findBackend(BACKEND_NAME) as GuardedBackend;
}

/** Importing tfjs-backend-webgpu gives its own backend the highest priority; code that did not import it should not get it. */
async function importBackend(): Promise<{ readonly GuardedBackend: typeof GuardedBackend }> {
  const had = tf.engine().registryFactory["webgpu"] !== undefined;
  const module = await import("./guarded-backend.ts");
  if (!had && tf.engine().registryFactory["webgpu"]) tf.removeBackend("webgpu");
  return module;
}

function registerKernels(): void {
  if (tf.getKernel("BinarySign", BACKEND_NAME)) return;
  tf.copyRegisteredKernels("webgpu", BACKEND_NAME);
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    const stock = (tf.getKernel(kernelName, BACKEND_NAME) as tf.KernelConfig | undefined)?.kernelFunc;
    if (stock) tf.unregisterKernel(kernelName, BACKEND_NAME);
    tf.registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: (call) => {
        const outputs = kernel(call as unknown as KernelCall<never, never>) ?? stock?.(call);
        if (!outputs) throw new Error(`${kernelName}: backend ${BACKEND_NAME} cannot run it on these inputs.`);
        return outputs;
      },
    });
  }
}
