import { checkSum } from "../check-sum.ts";
import type { ImageInput } from "../image.ts";
import { load, type LoadOptions } from "../load.ts";
import type { PackedModel, Prediction, PredictOptions } from "../packed-model.ts";
import { createPrepare } from "../prepare-image.ts";
import { readBytes } from "../read-bytes.ts";
import { readModel } from "../read-model.ts";
import { findDevice, type Gpu, type GpuDevice } from "./device.ts";
import { GpuModel } from "./gpu-model.ts";

export interface GpuLoadOptions extends LoadOptions {
  /** WebGPU's entry if it is not a property of `navigator`: in Node `create([])` of the package `webgpu`. */
  readonly gpu?: Gpu;
  /** Your own device, instead. */
  readonly device?: GpuDevice;
  /** Images that run at once. Default 32. */
  readonly batch?: number;
}

/** The result of `loadOnGpu` if there is no WebGPU, or the model does not support it: the same in WebAssembly, and why. */
export interface WasmModel {
  readonly engine: "wasm";
  readonly reason: string;
  readonly shape: PackedModel["shape"];
  readonly labels: readonly string[];
  readonly voter: PackedModel["voter"];
  readonly members: PackedModel["members"];
  readonly trust: PackedModel["trust"];
  readonly testResults: PackedModel["testResults"];
  predict(images: readonly ImageInput[], options?: Omit<PredictOptions, "anytime" | "members">): Promise<Prediction[]>;
  dispose(): void;
}

/**
 * Loads a .benn file to run on the GPU, or in WebAssembly if there is none.
 *
 *     const model = await loadOnGpu("model.benn");
 *     if (model.engine === "wasm") console.log(model.reason);
 *     const [{ label }] = await model.predict([picture]);
 *
 * @throws PackedError like `load`
 */
export async function loadOnGpu(
  source: string | URL | Uint8Array | ArrayBuffer,
  options: GpuLoadOptions = {},
): Promise<GpuModel | WasmModel> {
  const { maxMemory = 2 ** 30, batch = 32, device } = options;
  const given = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  const bytes = given instanceof Uint8Array ? given : await readBytes(given, { ...options, maxBytes: maxMemory });
  const name = given instanceof Uint8Array ? "model" : String(given).slice(0, 200);
  const model = readModel(bytes, name);
  // Checked before a device is requested, since none is used.
  const found = model.hasCodes
    ? "This model has layers of several bits, which run in WebAssembly alone."
    : (device ?? (await findDevice(options.gpu)));
  if (typeof found !== "string") {
    await checkSum(model.file, name);
    return GpuModel.create(model, found, { batch, prepare: await createPrepare(model.preparation, { maxMemory, name }) });
  }
  const packed = await load(bytes, options);
  const { shape, labels, voter, members, trust, testResults } = packed;
  return {
    engine: "wasm",
    reason: found,
    shape,
    labels,
    voter,
    members,
    trust,
    testResults,
    async predict(images, own) {
      return packed.predict(images, own);
    },
    dispose() {},
  };
}
