import * as tf from "@benn/core/tensorflow";
import { Block } from "./block.ts";
import { Formula, type SignsBehind } from "./formula.ts";
import type { Profiler } from "./profiler.ts";
import { type Program, withProgram } from "./program.ts";
import { TensorEntry } from "./tensor-entry.ts";
import type { TensorMemory } from "./tensor-memory.ts";
import type { ThreadPool } from "./thread-pool.ts";
import type { ChunkedKernel, SplitArguments, WasmKernels } from "./wasm-kernels.ts";

type Values = tf.backend_util.BackendValues;

/** Formulas deeper than this are materialized before others build on them. */
const DEEPEST = 10;

/** How gradients of binary convolutions are summed: exactly, or after stochastic rounding to 16-bit integers. */
export type Gradients = "exact" | "int16";

/** How a kernel's work is split: `total` items, `grain` at a time. Never depends on the number of threads. */
export interface Cut {
  readonly total: number;
  readonly grain: number;
  /** Bytes of scratch memory per thread. */
  readonly scratch?: number;
  /** For the profile: multiply-adds, and bytes read and written. */
  readonly work?: { readonly macs?: number; readonly bytes?: number };
}

/**
 * TensorFlow.js's CPU backend with float tensors in WebAssembly memory. Kernels that it does not replace find values in the usual place
 * (`data.get(dataId).values`) and leave theirs in JavaScript arrays, which are copied into the memory when one of our kernels first reads
 * them. Outputs may be deferred (formula.ts); they are materialized when they are read.
 */
export class WasmBackend extends tf.MathBackendCPU {
  readonly tensors: TensorMemory;
  wasm: WasmKernels;
  pool: ThreadPool;
  module: WebAssembly.Module;
  /** Requested number of threads; the pool may have fewer. */
  threads: number;
  gradients: Gradients = "exact";
  /** Kernels of convolutions whose values were read after their signs: their values are materialized from the start. */
  readonly readWhole = new WeakSet<object>();
  /** Called with the time of every kernel while it is set. */
  profiler: Profiler | undefined;
  /** Outputs of the running kernels. */
  readonly #made: object[] = [];
  readonly #materialize = (formula: Formula): void => this.materialize(formula);

  constructor(tensors: TensorMemory, wasm: WasmKernels, pool: ThreadPool, module: WebAssembly.Module, threads: number) {
    super();
    this.tensors = tensors;
    this.wasm = wasm;
    this.pool = pool;
    this.module = module;
    this.threads = threads;
  }

  override write(values: Values, _shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.move(dataId, values, _shape, dtype, 1);
    return dataId;
  }

  override move(dataId: object, values: Values, _shape: number[], dtype: tf.DataType, refCount: number): void {
    // Some kernels of the CPU backend (slice) return a view of their input, whose block may be reused.
    const own = this.tensors.owns(values) ? values.slice() : values;
    this.data.set(dataId, new TensorEntry(this.tensors, this.#materialize, dtype, refCount, own));
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

  override dispose(): void {
    this.pool.close();
    super.dispose();
  }

  /** A float32 tensor with uninitialized values: the kernel must write every one. */
  makeFloats(shape: readonly number[]): tf.TensorInfo {
    const length = shape.reduce((product, n) => product * n, 1);
    return this.defer(shape, new Formula("load", { length, block: new Block(this.tensors, 4 * length) }));
  }

  /** A float32 tensor whose values are computed when they are read; takes ownership of the formula. */
  defer(shape: readonly number[], formula: Formula): tf.TensorInfo {
    const dataId = {};
    this.data.set(dataId, new TensorEntry(this.tensors, this.#materialize, "float32", 1, undefined, formula));
    this.#made.push(dataId);
    if (formula.depth > DEEPEST) this.materialize(formula);
    return { dataId, shape: [...shape], dtype: "float32" };
  }

  /** The formula of a tensor's values; still owned by the tensor, so retain it to keep it. */
  formula({ dataId }: tf.TensorInfo): Formula {
    return (this.data.get(dataId) as TensorEntry).formula();
  }

  /** Address of a tensor's values as float32; materializes them or copies them into the memory if necessary. */
  address({ dataId }: tf.TensorInfo): number {
    return (this.data.get(dataId) as TensorEntry).floatAddress();
  }

  /** Materializes a formula's values, once and for all. */
  materialize(formula: Formula): void {
    if (formula.operation === "load") return;
    if (formula.compute) return formula.become(formula.compute());
    this.#write(formula, undefined, ({ address, length }, cut, values) =>
      this.run("materialize", cut, address, formula.length, length, values),
    );
  }

  /** Materializes a formula's values and, in the same pass, packs the signs after a chain, in pixels of `channels` channels. */
  materializeSigns(formula: Formula, channels: number, { address: signs, thresholds }: SignsBehind): void {
    this.#write(formula, channels, ({ address, length }, cut, values) =>
      this.run("materializeSigns", cut, address, formula.length, length, values, channels, thresholds, signs),
    );
  }

  #write(formula: Formula, channels: number | undefined, run: (program: Program, cut: Cut, values: number) => void): void {
    const values = new Block(this.tensors, 4 * formula.length);
    try {
      withProgram(this, [formula], channels, (program) => {
        const total = Math.ceil(formula.length / program.block);
        const { scratch } = program;
        run(program, { total, grain: Math.max(16, Math.ceil(total / 64)), scratch, work: { bytes: 8 * formula.length } }, values.address);
      });
    } catch (error) {
      values.release();
      throw error;
    }
    formula.become(values);
  }

  /** Runs `kernel(from, to, scratch, ...args)` over all of the work, on all threads. */
  run<K extends ChunkedKernel>(kernel: K, { total, grain, scratch = 0, work }: Cut, ...args: SplitArguments<K>): void {
    const started = this.profiler ? performance.now() : 0;
    const stride = Math.ceil(scratch / 64) * 64;
    if (stride === 0) this.pool.run(kernel, total, grain, 0, 0, args);
    else {
      const threads = Math.min(this.pool.threads, Math.ceil(total / grain));
      this.withScratch(stride * (threads > 1 ? this.pool.threads : 1), (at) => this.pool.run(kernel, total, grain, at, stride, args));
    }
    this.profiler?.ran(kernel, performance.now() - started, work);
  }

  /** Runs a kernel; if it throws (e.g. out of memory), frees the outputs that it had already allocated. */
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

  /** Calls `use` with the address of `bytes` bytes of temporary memory. */
  withScratch<T>(bytes: number, use: (address: number) => T): T {
    const address = this.tensors.allocate(bytes);
    try {
      return use(address);
    } finally {
      this.tensors.free(address);
    }
  }
}
