import * as tf from "@tensorflow/tfjs";
import type { TensorMemory } from "./tensor-memory.ts";
import { TensorEntry } from "./tensor-entry.ts";
import type { WasmKernels } from "./wasm-kernels.ts";

type Values = tf.backend_util.BackendValues;

/**
 * TensorFlow.js's CPU backend with float tensors in WebAssembly memory. Kernels that it does not replace find the values
 * where they always were (`data.get(dataId).values`) and leave theirs in JavaScript arrays, which move into the memory when
 * a kernel of ours first reads them.
 */
export class WasmBackend extends tf.MathBackendCPU {
  readonly tensors: TensorMemory;
  wasm: WasmKernels;
  /** Outputs made by the kernels that are running. */
  readonly #made: object[] = [];

  constructor(tensors: TensorMemory, wasm: WasmKernels) {
    super();
    this.tensors = tensors;
    this.wasm = wasm;
  }

  override write(values: Values, _shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.move(dataId, values, _shape, dtype, 1);
    return dataId;
  }

  override move(dataId: object, values: Values, _shape: number[], dtype: tf.DataType, refCount: number): void {
    // Some kernels of the CPU backend (slice) answer with a view of their input, whose block may be used anew.
    const own = this.tensors.owns(values) ? values.slice() : values;
    this.data.set(dataId, new TensorEntry(this.tensors, dtype, refCount, own));
  }

  override readSync(dataId: object): Values {
    const values = super.readSync(dataId);
    return this.tensors.owns(values) ? values.slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.data.has(dataId) ? (this.data.get(dataId) as TensorEntry) : undefined;
    const gone = super.disposeData(dataId, force);
    if (entry && !this.data.has(dataId)) entry.release();
    return gone;
  }

  override memory(): { unreliable: boolean; reasons: string[]; numBytesInWasm: number } {
    return { unreliable: false, reasons: [], numBytesInWasm: this.tensors.bytesInUse };
  }

  /** A tensor of float32 whose values are whatever its block held before: the kernel writes every one. */
  makeFloats(shape: readonly number[]): tf.TensorInfo {
    const dataId = {};
    const length = shape.reduce((product, n) => product * n, 1);
    const address = this.tensors.allocate(4 * length);
    this.data.set(dataId, new TensorEntry(this.tensors, "float32", 1, undefined, address, length));
    this.#made.push(dataId);
    return { dataId, shape: [...shape], dtype: "float32" };
  }

  /** Where a tensor's values stand as float32, moving them into the memory if need be. */
  address({ dataId }: tf.TensorInfo): number {
    return (this.data.get(dataId) as TensorEntry).floatAddress();
  }

  /** Runs a kernel; if it throws, for want of memory say, the outputs it had made are gone again. */
  undoneOnError<T>(kernel: () => T): T {
    const before = this.#made.length;
    try {
      return kernel();
    } catch (error) {
      for (const dataId of this.#made.slice(before)) this.disposeData(dataId, true);
      throw error;
    } finally {
      this.#made.length = before;
    }
  }

  /** Lends `bytes` bytes to `use`. */
  withScratch(bytes: number, use: (address: number) => void): void {
    const address = this.tensors.allocate(bytes);
    try {
      use(address);
    } finally {
      this.tensors.free(address);
    }
  }
}
