/** Number of requests that identify a position in a training step. */
const CONTEXT = 64;
const BASE = 0x01000193;
const BASE_TO_CONTEXT = Array.from({ length: CONTEXT }).reduce<number>((power) => Math.imul(power, BASE), 1);

/** Guesses kept per position: new weights alternate between two buffers, which shifts others. */
const MOST_GUESSES = 6;

/**
 * Allocates buffers and reuses released ones. A training step requests the same sizes in the same order as the previous one: the last
 * requests identify the position in the step, and the position identifies the buffer that was allocated there. After a few steps, every
 * program therefore gets the same buffers again, and what was cached for those (see `PlannedPrograms`) is reused.
 *
 * Replaces TensorFlow.js's BufferManager, with its method names.
 */
export class RecycledBuffers {
  readonly #device: GPUDevice;
  /** Free buffers of one size and usage, the newest last. */
  readonly #free = new Map<string, Set<GPUBuffer>>();
  /** A number for each size and usage. */
  readonly #kinds = new Map<string, number>();
  readonly #guesses = new Map<number, GPUBuffer[]>();
  readonly #recent = new Int32Array(CONTEXT);
  #at = 0;
  #place = 0;
  readonly #kept = new Set<GPUBuffer>();
  numBytesUsed = 0;
  numBytesAllocated = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    this.numBytesUsed += size;
    if (!reuse) return this.#create(size, usage, mappedAtCreation);
    const key = `${size}_${usage}`;
    const place = this.#step(key);
    let guesses = this.#guesses.get(place);
    if (!guesses) this.#guesses.set(place, (guesses = []));
    const free = this.#free.get(key);
    let buffer = free && guesses.find((guess) => free.has(guess));
    if (!buffer) {
      for (const each of free ?? []) buffer = each; // the newest
      buffer ??= this.#create(size, usage, mappedAtCreation);
      guesses.push(buffer);
      if (guesses.length > MOST_GUESSES) guesses.shift();
    }
    free?.delete(buffer);
    return buffer;
  }

  /** Records a request; a hash of the last ones is the position. */
  #step(key: string): number {
    let kind = this.#kinds.get(key);
    if (kind === undefined) this.#kinds.set(key, (kind = this.#kinds.size + 1));
    const gone = this.#recent[this.#at] ?? 0;
    this.#recent[this.#at] = kind;
    this.#at = (this.#at + 1) % CONTEXT;
    this.#place = (Math.imul(this.#place, BASE) + kind - Math.imul(gone, BASE_TO_CONTEXT)) | 0;
    return this.#place;
  }

  #create(size: number, usage: number, mappedAtCreation: boolean): GPUBuffer {
    const buffer = this.#device.createBuffer({ size, usage, mappedAtCreation });
    this.numBytesAllocated += size;
    this.#kept.add(buffer);
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    const { size, usage } = buffer;
    this.numBytesUsed -= size;
    if (!reuse) {
      this.numBytesAllocated -= size;
      this.#kept.delete(buffer);
      buffer.destroy();
      return;
    }
    const key = `${size}_${usage}`;
    const free = this.#free.get(key);
    if (free) free.add(buffer);
    else this.#free.set(key, new Set([buffer]));
  }

  dispose(): void {
    for (const buffer of this.#kept) buffer.destroy();
    this.#kept.clear();
    this.#free.clear();
    this.#guesses.clear();
    this.numBytesUsed = this.numBytesAllocated = 0;
  }
}
