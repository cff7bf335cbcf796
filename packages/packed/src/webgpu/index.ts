export type { Gpu, GpuDevice } from "./device.ts";
export type { GpuModel } from "./gpu-model.ts";
export { type GpuLoadOptions, loadOnGpu, type WasmModel } from "./load-on-gpu.ts";
