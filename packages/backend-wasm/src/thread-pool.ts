import type { ChunkedKernel, SplitArguments, WasmKernels } from "./wasm-kernels.ts";

/** Bytes at `control` through which the threads communicate. */
export const CONTROL_BYTES = 1024;
// 32-bit words, each in its own cache line: chunks not yet taken (−1: the pool is closed), chunks done, whether one failed. From byte 256
// on, float64 numbers: kernel, total, grain, chunks, scratch, bytes of scratch per thread, number of arguments, an unused one, the
// arguments.
const [TICKETS, DONE, FAILED] = [0, 16, 32];
const SPINS = 20_000;

interface Thread {
  stop(): void;
}

/**
 * Runs kernels chunk by chunk on the calling thread and on others that share its memory. How the work is split depends on the shapes alone,
 * and every chunk writes what no other chunk writes, so the number of threads never affects the results.
 */
export class ThreadPool {
  readonly #kernels: WasmKernels;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #threads: readonly Thread[];
  readonly #words: Int32Array;
  readonly #arguments: Float64Array;
  #mayWait = true;

  private constructor(kernels: WasmKernels, memory: WebAssembly.Memory, control: number, threads: readonly Thread[]) {
    this.#kernels = kernels;
    this.#numbers = new Map(
      Object.keys(kernels)
        .toSorted()
        .map((name, i) => [name, i]),
    );
    this.#threads = threads;
    this.#words = new Int32Array(memory.buffer, control, 64);
    this.#arguments = new Float64Array(memory.buffer, control + 256, 64);
  }

  /**
   * Starts `threads` − 1 threads besides the calling one. They sleep while idle and do not keep the process alive. If threads are
   * unavailable (unshared memory, a page that is not isolated, no workers), the pool consists of the caller alone.
   */
  static async start(
    kernels: WasmKernels,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    control: number,
    threads: number,
  ): Promise<ThreadPool> {
    const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
    const others: Thread[] = [];
    if (shared && threads > 1) {
      new Int32Array(memory.buffer, control, 64).fill(0);
      try {
        const start = typeof process === "object" && process.versions?.node ? startNodeThread : startWorker;
        const started = Array.from({ length: threads - 1 }, (_, i) => start({ module, memory, control, thread: i + 1 }));
        others.push(...(await Promise.all(started)));
      } catch (cause) {
        console.warn(`backend wasm: no threads here, so one does the work (${String(cause)}).`);
      }
    }
    return new ThreadPool(kernels, memory, control, others);
  }

  /** Number of threads, including the caller's. */
  get threads(): number {
    return this.#threads.length + 1;
  }

  /**
   * Runs `kernel(from, to, scratch, ...args)` for the ranges [0, grain), [grain, 2·grain) … up to `total`.
   * @param scratch address of `threads` times `stride` bytes
   */
  run<K extends ChunkedKernel>(kernel: K, total: number, grain: number, scratch: number, stride: number, args: SplitArguments<K>): void {
    const chunks = Math.ceil(total / grain);
    const own: (...numbers: number[]) => void = this.#kernels[kernel];
    if (chunks <= 1 || this.#threads.length === 0) {
      for (let from = 0; from < total; from += grain) own(from, Math.min(from + grain, total), scratch, ...args);
      return;
    }
    const words = this.#words;
    this.#arguments.set([this.#numbers.get(kernel)!, total, grain, chunks, scratch, stride, args.length, 0, ...args]);
    Atomics.store(words, DONE, 0);
    Atomics.store(words, FAILED, 0);
    Atomics.store(words, TICKETS, chunks);
    Atomics.notify(words, TICKETS, chunks - 1);
    let failure: unknown;
    for (let left = chunks; (left = Atomics.load(words, TICKETS)) > 0;) {
      if (Atomics.compareExchange(words, TICKETS, left, left - 1) !== left) continue;
      const from = (chunks - left) * grain;
      try {
        own(from, Math.min(from + grain, total), scratch, ...args);
      } catch (error) {
        failure ??= error;
      }
      Atomics.add(words, DONE, 1);
    }
    this.#untilDone(chunks);
    if (failure) throw failure;
    if (Atomics.load(words, FAILED)) throw new Error(`backend wasm: the kernel ${kernel} failed in another thread.`);
  }

  #untilDone(chunks: number): void {
    for (let spins = 0; ; spins++) {
      const done = Atomics.load(this.#words, DONE);
      if (done === chunks) return;
      if (spins < SPINS || !this.#mayWait) continue;
      try {
        Atomics.wait(this.#words, DONE, done, 10);
      } catch {
        this.#mayWait = false; // a browser's main thread
      }
    }
  }

  /** Ends the other threads; kernels then run on the caller alone. */
  close(): void {
    if (this.#threads.length === 0) return;
    Atomics.store(this.#words, TICKETS, -1);
    Atomics.notify(this.#words, TICKETS);
    for (const thread of this.#threads) thread.stop();
    (this.#threads as Thread[]).length = 0;
  }
}

interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  readonly thread: number;
}

// A literal path, so that bundlers can follow it. The folder is next to both src and dist.
const FILE = new URL("../thread/thread.js", import.meta.url);

async function startNodeThread(data: ThreadData): Promise<Thread> {
  // Not by an import, which bundlers for browsers would follow.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  // Without this process's flags: the file is plain JavaScript and needs none.
  const worker = new Worker(FILE, { workerData: data, execArgv: [], stdin: false });
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });
  worker.removeAllListeners("error");
  worker.on("error", () => {}); // its kernels report their own errors
  worker.unref();
  return { stop: () => void worker.terminate() };
}

async function startWorker(data: ThreadData): Promise<Thread> {
  const worker = new Worker(FILE, { type: "module" });
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener("message", () => resolve(), { once: true });
    worker.addEventListener("error", (event) => reject(new Error(event.message || "its file was not found")), { once: true });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not a window
    worker.postMessage(data);
  });
  return { stop: () => worker.terminate() };
}
