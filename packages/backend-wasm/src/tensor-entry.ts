import type * as tf from "@tensorflow/tfjs";
import type { TensorMemory } from "./tensor-memory.ts";

type Values = tf.backend_util.BackendValues;

/** What the backend knows of one tensor's data: the record that MathBackendCPU keeps, with a place in WebAssembly memory. */
export class TensorEntry {
  readonly dtype: tf.DataType;
  refCount: number;
  /** Set from outside, by the kernel that joins two tensors to a complex one. */
  complexTensorInfos!: { real: tf.TensorInfo; imag: tf.TensorInfo };
  readonly #memory: TensorMemory;
  #values: Values | undefined;
  #address: number;
  #length: number;
  #view: Float32Array | undefined;

  constructor(memory: TensorMemory, dtype: tf.DataType, refCount: number, values: Values | undefined, address = 0, length = 0) {
    this.#memory = memory;
    this.dtype = dtype;
    this.refCount = refCount;
    this.#values = values;
    this.#address = address;
    this.#length = length;
  }

  /** As the kernels of the CPU backend read them; a view of the memory where the values stand there alone. */
  get values(): Values {
    if (this.#values || !this.#address) return this.#values as Values;
    // Growing an unshared memory detaches its views.
    if (this.#view?.buffer !== this.#memory.memory.buffer) this.#view = this.#memory.floats(this.#address, this.#length);
    return this.#view;
  }

  /** Where the values stand as float32. Those of another type stand there as a copy, for kernels that read them as float32. */
  floatAddress(): number {
    if (this.#address) return this.#address;
    const values = this.#values as Float32Array;
    this.#length = values.length;
    const address = this.#memory.allocate(4 * values.length);
    this.#memory.floats(address, values.length).set(values);
    this.#address = address;
    if (this.dtype === "float32") this.#values = undefined;
    return address;
  }

  release(): void {
    if (this.#address) this.#memory.free(this.#address);
    this.#address = 0;
    this.#values = undefined;
  }
}
