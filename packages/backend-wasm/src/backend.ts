import * as tf from "@tensorflow/tfjs";
import { Block } from "./block.ts";
import { Formula, type SignsBehind } from "./formula.ts";
import type { Profiler } from "./profiler.ts";
import { type Program, withProgram } from "./program.ts";
import { TensorEntry } from "./tensor-entry.ts";
import type { TensorMemory } from "./tensor-memory.ts";
import type { ThreadPool } from "./thread-pool.ts";
import type { Split, SplitArguments, WasmKernels } from "./wasm-kernels.ts";

type Values = tf.backend_util.BackendValues;

/** Formulas deeper than this are written down before more is built on them. */
const DEEPEST = 10;

/** How gradients of binary convolutions are summed: as they are, or rounded at random to 16-bit integers first. */
export type Gradients = "exact" | "int16";

/** How a kernel's work is cut: `total` things, `grain` at a time; never by the number of threads. */
export interface Cut {
  readonly total: number;
  readonly grain: number;
  /** Bytes of scratch that each thread needs. */
  readonly scratch?: number;
  /** For the profile: multiply-adds done, and bytes read and written. */
  readonly work?: { readonly macs?: number; readonly bytes?: number };
}

/**
 * TensorFlow.js's CPU backend with float tensors in WebAssembly memory. Kernels that it does not replace find the values
 * where they always were (`data.get(dataId).values`) and leave theirs in JavaScript arrays, which move into the memory when
 * a kernel of ours first reads them. Outputs may be formulas (formula.ts), which are written down when somebody reads them.
 */
export class WasmBackend extends tf.MathBackendCPU {
  readonly tensors: TensorMemory;
  wasm: WasmKernels;
  pool: ThreadPool;
  module: WebAssembly.Module;
  /** How many were asked for; the pool may have fewer. */
  threads: number;
  gradients: Gradients = "exact";
  /** Kernels of convolutions whose values were asked for after their signs: those are written down from the start. */
  readonly readWhole = new WeakSet<object>();
  /** Told of every kernel's time while it is set. */
  profiler: Profiler | undefined;
  /** Outputs made by the kernels that are running. */
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
    // Some kernels of the CPU backend (slice) answer with a view of their input, whose block may be used anew.
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

  /** A tensor of float32 whose values are whatever its block held before: the kernel writes every one. */
  makeFloats(shape: readonly number[]): tf.TensorInfo {
    const length = shape.reduce((product, n) => product * n, 1);
    return this.defer(shape, new Formula("load", { length, block: new Block(this.tensors, 4 * length) }));
  }

  /** A tensor of float32 whose values are made when somebody reads them; takes the formula over. */
  defer(shape: readonly number[], formula: Formula): tf.TensorInfo {
    const dataId = {};
    this.data.set(dataId, new TensorEntry(this.tensors, this.#materialize, "float32", 1, undefined, formula));
    this.#made.push(dataId);
    if (formula.depth > DEEPEST) this.materialize(formula);
    return { dataId, shape: [...shape], dtype: "float32" };
  }

  /** How a tensor's values are made: its own, to be held by whoever keeps it. */
  formula({ dataId }: tf.TensorInfo): Formula {
    return (this.data.get(dataId) as TensorEntry).formula();
  }

  /** Where a tensor's values stand as float32, written down or moved into the memory if need be. */
  address({ dataId }: tf.TensorInfo): number {
    return (this.data.get(dataId) as TensorEntry).floatAddress();
  }

  /** Writes a formula's values down, once and for all. */
  materialize(formula: Formula): void {
    if (formula.operation === "load") return;
    if (formula.compute) return formula.become(formula.compute());
    this.#write(formula, undefined, ({ address, length }, cut, values) =>
      this.run("materialize", cut, address, formula.length, length, values),
    );
  }

  /** Writes a formula's values down and, in the same pass, the signs of a chain behind them, pixels of so many channels. */
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

  /** Runs `kernel(from, to, scratch, ...args)` over all of a cut, on all threads. */
  run<K extends Split>(kernel: K, { total, grain, scratch = 0, work }: Cut, ...args: SplitArguments<K>): void {
    const started = this.profiler ? performance.now() : 0;
    const stride = Math.ceil(scratch / 64) * 64;
    if (stride === 0) this.pool.run(kernel, total, grain, 0, 0, args);
    else {
      const threads = Math.min(this.pool.threads, Math.ceil(total / grain));
      this.withScratch(stride * (threads > 1 ? this.pool.threads : 1), (at) => this.pool.run(kernel, total, grain, at, stride, args));
    }
    this.profiler?.ran(kernel, performance.now() - started, work);
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
  withScratch<T>(bytes: number, use: (address: number) => T): T {
    const address = this.tensors.allocate(bytes);
    try {
      return use(address);
    } finally {
      this.tensors.free(address);
    }
  }
}
