// The subset of WebGPU that is used here, so that no type package is needed.

export interface GpuBuffer {
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface GpuPipeline {
  getBindGroupLayout(index: number): object;
}

interface GpuPass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

interface GpuEncoder {
  beginComputePass(): GpuPass;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void;
  finish(): object;
}

export interface GpuDevice {
  readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number };
  readonly queue: {
    submit(commands: readonly object[]): void;
    writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView): void;
  };
  createBuffer(options: { size: number; usage: number }): GpuBuffer;
  createShaderModule(options: { code: string }): object;
  createComputePipelineAsync(options: { layout: "auto"; compute: { module: object; entryPoint: string } }): Promise<GpuPipeline>;
  createBindGroup(options: { layout: object; entries: readonly { binding: number; resource: { buffer: GpuBuffer } }[] }): object;
  createCommandEncoder(): GpuEncoder;
  destroy(): void;
}

interface GpuAdapter {
  readonly limits: GpuDevice["limits"];
  requestDevice(options?: { requiredLimits?: Record<string, number> }): Promise<GpuDevice>;
}

export interface Gpu {
  requestAdapter(options?: { powerPreference?: "high-performance" }): Promise<GpuAdapter | null>;
}

/** The flags of WebGPU's specification. */
export const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
export const MAP_READ = 1;

/** Dawn's entry must outlive its devices: if it is garbage-collected, the process crashes. */
const entries = new WeakMap<GpuDevice, Gpu>();

/**
 * A device of this machine, or why there is none.
 * @param gpu WebGPU's entry; in Node that of the package `webgpu`: `create([])`
 */
export async function findDevice(gpu?: Gpu): Promise<GpuDevice | string> {
  const entry = gpu ?? (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
  if (!entry) return "there is no WebGPU here";
  try {
    const adapter = await entry.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return "WebGPU finds no graphics processor";
    const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
    const device = await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } });
    entries.set(device, entry);
    return device;
  } catch (error) {
    return `WebGPU fails: ${error instanceof Error ? error.message : String(error)}`;
  }
}
