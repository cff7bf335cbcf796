import type * as tf from "@benn/core/tensorflow";
import { Block } from "./block.ts";
import { Formula } from "./formula.ts";
import type { TensorMemory } from "./tensor-memory.ts";

type Values = tf.backend_util.BackendValues;

/** The backend's record of one tensor's data: that of MathBackendCPU, extended by an address in WebAssembly memory. */
export class TensorEntry {
  readonly dtype: tf.DataType;
  refCount: number;
  /** Set from outside, by the kernel that joins two tensors to a complex one. */
  complexTensorInfos!: { real: tf.TensorInfo; imag: tf.TensorInfo };
  readonly #memory: TensorMemory;
  readonly #materialize: (formula: Formula) => void;
  #values: Values | undefined;
  #formula: Formula | undefined;
  #view: Float32Array | undefined;

  /** Either values in JavaScript, or a formula for float32, of which it takes ownership. */
  constructor(
    memory: TensorMemory,
    materialize: (formula: Formula) => void,
    dtype: tf.DataType,
    refCount: number,
    values: Values | undefined,
    formula?: Formula,
  ) {
    this.#memory = memory;
    this.#materialize = materialize;
    this.dtype = dtype;
    this.refCount = refCount;
    this.#values = values;
    this.#formula = formula;
  }

  /** For the kernels of the CPU backend; a view of WebAssembly memory if the values exist only there. */
  get values(): Values {
    if (this.#values || !this.#formula) return this.#values as Values;
    const address = this.floatAddress();
    // Growing an unshared memory detaches its views.
    if (this.#view?.byteOffset !== address || this.#view.buffer !== this.#memory.memory.buffer) {
      this.#view = this.#memory.floats(address, this.#formula.length);
    }
    return this.#view;
  }

  /** The formula of the values as float32. Values of another type are copied into the memory. */
  formula(): Formula {
    if (this.#formula) return this.#formula;
    const values = this.#values as Float32Array;
    const block = new Block(this.#memory, 4 * values.length);
    this.#memory.floats(block.address, values.length).set(values);
    this.#formula = new Formula("load", { block, length: values.length });
    if (this.dtype === "float32") this.#values = undefined;
    return this.#formula;
  }

  /** Address of the values as float32. */
  floatAddress(): number {
    const formula = this.formula();
    if (formula.operation !== "load") this.#materialize(formula);
    return formula.block!.address;
  }

  release(): void {
    this.#formula?.release();
    this.#formula = undefined;
    this.#values = undefined;
  }
}
