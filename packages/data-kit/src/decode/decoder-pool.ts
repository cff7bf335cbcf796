import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { BrokenPicture, DecodeJob, DecodeReport, ThreadData } from "./decode-job.ts";
import type { FileRange } from "./file-range.ts";

/** A batch that is being decoded, or finished. */
export interface Decoding {
  /** Resolves when every picture was tried, to the list of those that could not be read, in the order of rows. */
  readonly finished: Promise<readonly BrokenPicture[]>;
  /** Bytes [pictures, bytesEach] once finished, shared with the threads until released; they start at the start of their buffer. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Returns its memory to the pool; a batch that is still running is aborted first. */
  release(): void;
}

interface Running {
  readonly job: DecodeJob;
  left: number;
  readonly broken: BrokenPicture[];
  resolve(broken: readonly BrokenPicture[]): void;
  reject(error: Error): void;
  released: boolean;
}

export interface PoolOptions {
  /** Name of the dataset, with which messages begin. */
  readonly dataset: string;
  /** The module that each thread runs; it calls `decodeHere`. */
  readonly entry: URL;
  /** How to decode; sent to the threads as a structured clone. */
  readonly recipe: unknown;
  /** Bytes that a decoded picture takes. */
  readonly bytesEach: number;
  /** Random numbers per picture, if any are given. */
  readonly draws?: number;
  readonly threads: number;
}

/** Number of threads that decode well next to an engine: one less than the cores, at most 4. */
export const usualThreads = (): number => Math.max(1, Math.min(4, availableParallelism() - 1));

/** Number of buffers kept for later batches. */
const MOST_SPARE = 3;

/**
 * Threads that decode batches. All work is sent to all of them at once and distributed by an atomic counter, so that it continues while the
 * requesting thread computes. Idle threads do not keep a program running.
 */
export class DecoderPool {
  readonly #options: PoolOptions;
  readonly #running = new Map<number, Running>();
  readonly #spare: SharedArrayBuffer[] = [];
  #workers: readonly Worker[] = [];
  #next = 0;
  #dead: Error | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The threads, which start with the first batch: planning a run needs only labels and shapes. */
  get workers(): readonly Worker[] {
    return this.#workers;
  }

  /** Bytes of the buffers that wait for later batches. */
  get spareBytes(): number {
    return this.#spare.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  #start(): void {
    const { entry, recipe, bytesEach, draws = 0, threads } = this.#options;
    this.#workers = Array.from({ length: threads }, (_, thread) => {
      const workerData: ThreadData = { thread, recipe, bytesEach, draws };
      const worker = new Worker(entry, { workerData });
      worker.on("message", (report: DecodeReport) => this.#reported(report));
      worker.on("error", (error) => this.#died(thread, error instanceof Error ? error.message : String(error), error));
      worker.on("exit", (code) => this.#died(thread, `it ended with code ${code}`));
      return worker;
    });
  }

  /** @param draws [places, draws] uniform in [0, 1), to augment the pictures at random */
  decode(places: readonly FileRange[], draws?: Float64Array): Decoding {
    const { bytesEach, threads } = this.#options;
    const bytes = places.length * bytesEach;
    const job: DecodeJob = {
      id: this.#next++,
      places,
      draws,
      pixels: this.#buffer(bytes),
      progress: new SharedArrayBuffer(4 * (1 + threads)),
    };
    const { promise, resolve, reject } = Promise.withResolvers<readonly BrokenPicture[]>();
    promise.catch(() => {}); // a prefetched batch may fail before it is requested
    const running: Running = { job, left: threads, broken: [], resolve, reject, released: false };
    if (this.#dead) reject(this.#dead);
    else if (places.length === 0) resolve([]);
    else {
      if (this.#workers.length === 0) this.#start();
      this.#running.set(job.id, running);
      for (const worker of this.#workers) {
        worker.ref();
        // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(job);
      }
    }
    return {
      finished: promise,
      bytes: new Uint8Array(job.pixels, 0, bytes),
      release: () => {
        if (running.released) return;
        running.released = true;
        Atomics.store(new Int32Array(job.progress), 0, places.length);
        if (!this.#running.has(job.id)) this.#recycle(job.pixels);
      },
    };
  }

  /** Ends the threads; batches that are being decoded are never finished. */
  async dispose(): Promise<void> {
    this.#end(new Error(`${this.#options.dataset}: the dataset was disposed`));
    this.#spare.length = 0;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #reported({ id, broken }: DecodeReport): void {
    const running = this.#running.get(id);
    if (!running) return;
    running.broken.push(...broken);
    if (--running.left > 0) return;
    this.#running.delete(id);
    if (this.#running.size === 0) for (const worker of this.#workers) worker.unref();
    running.resolve(running.broken.toSorted((a, b) => a.row - b.row));
    if (running.released) this.#recycle(running.job.pixels);
  }

  #died(thread: number, reason: string, cause?: unknown): void {
    const at = [...this.#running.values()].flatMap(({ job }) => {
      const row = Atomics.load(new Int32Array(job.progress), 1 + thread) - 1;
      const place = job.places[row];
      return place ? [`"${place.path}"${place.length < 0 ? "" : ` at byte ${place.offset}`}`] : [];
    });
    this.#end(
      new Error(`${this.#options.dataset}: a decoding thread died${at.length > 0 ? ` while reading ${at.join(" and ")}` : ""}: ${reason}`, {
        cause,
      }),
    );
  }

  /** The first reason is the one that is reported. */
  #end(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#running.values()) reject(this.#dead);
    this.#running.clear();
    for (const worker of this.#workers) worker.unref();
  }

  #buffer(bytes: number): SharedArrayBuffer {
    const at = this.#spare.findIndex((buffer) => buffer.byteLength >= bytes);
    return at >= 0 ? (this.#spare.splice(at, 1)[0] ?? new SharedArrayBuffer(bytes)) : new SharedArrayBuffer(bytes);
  }

  #recycle(buffer: SharedArrayBuffer): void {
    this.#spare.push(buffer);
    // The largest ones fit every batch.
    this.#spare.sort((a, b) => a.byteLength - b.byteLength);
    if (this.#spare.length > MOST_SPARE) this.#spare.shift();
  }
}
