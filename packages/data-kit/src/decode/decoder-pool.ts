import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { BrokenPicture, DecodeJob, DecodeReport, ThreadData } from "./decode-job.ts";
import type { Place } from "./place.ts";

/** A batch that is being decoded, or is. */
export interface Decoding {
  /** Resolves when every picture was tried; those that could not be read are named, in the order of rows. */
  readonly finished: Promise<readonly BrokenPicture[]>;
  /** Bytes [pictures, bytesEach] once finished, shared with the threads until released; they begin where their buffer does. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Gives its memory to a coming batch; one that still runs is broken off first. */
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
  /** Name of the data set: what messages begin with. */
  readonly dataset: string;
  /** The module that each thread runs, which calls `decodeHere`. */
  readonly entry: URL;
  /** What it is told of how to decode, structured-cloned. */
  readonly recipe: unknown;
  /** Bytes that a decoded picture takes. */
  readonly bytesEach: number;
  /** Random numbers that a picture takes, where any are given. */
  readonly draws?: number;
  readonly threads: number;
}

/** As many as decode well beside an engine: one less than the cores, at most 4. */
export const usualThreads = (): number => Math.max(1, Math.min(4, availableParallelism() - 1));

/** Buffers kept for coming batches. */
const MOST_SPARE = 3;

/**
 * Threads that decode batches. All work is told to all of them at once and shared out by an atomic counter, so that it goes
 * on while the thread that asked computes. Idle threads do not keep a program from ending.
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

  /** The threads, once the first batch has started them: a plan of a run only looks at labels and shapes. */
  get workers(): readonly Worker[] {
    return this.#workers;
  }

  /** Bytes of the buffers that wait for a coming batch. */
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

  /** @param draws [places, draws] uniform in [0, 1), to change the pictures at random */
  decode(places: readonly Place[], draws?: Float64Array): Decoding {
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
    promise.catch(() => {}); // a batch that was read ahead may fail before anybody asks for it
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

  /** Ends the threads; what is being decoded is never finished. */
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

  /** The first reason to end is the one that is told. */
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
    // The largest serve every batch.
    this.#spare.sort((a, b) => a.byteLength - b.byteLength);
    if (this.#spare.length > MOST_SPARE) this.#spare.shift();
  }
}
