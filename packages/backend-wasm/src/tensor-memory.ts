import { OutOfMemoryError } from "@benn/core/internals";
import { bytes } from "@benn/core/quantities";
import { Allocator } from "./allocator.ts";
import { CONTROL_BYTES } from "./thread-pool.ts";

const PAGE = 65_536;
const MIB = 1_048_576;
/** The memory grows by at least this much: growing costs a system call, and pages are only allocated when used. */
const STRIDE = 64 * MIB;
/** Kernels may read, but never write, one vector past the end of a tensor. */
const MARGIN = 64;

/** The single WebAssembly memory that holds all tensors of the backend. */
export class TensorMemory {
  /** Address of the area through which threads communicate. */
  readonly control = MARGIN;
  readonly memory: WebAssembly.Memory;
  /** Whether threads can share it. If not, growing detaches every earlier view. */
  readonly shared: boolean;
  readonly #allocator: Allocator;
  #limit: number;
  #bytes: number;

  /** @param limit in MiB, at most 4096 */
  constructor(limit = 4096, shared = typeof SharedArrayBuffer !== "undefined") {
    this.shared = shared;
    this.#limit = limit * MIB;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared });
    this.#bytes = PAGE;
    this.#allocator = new Allocator(MARGIN + CONTROL_BYTES, (end) => this.#reach(end));
  }

  get bytesInUse(): number {
    return this.#allocator.bytesInUse;
  }

  /** Current size of the memory in bytes; it never shrinks. */
  get bytesReserved(): number {
    return this.#bytes;
  }

  /** Changes the limit, in MiB. */
  setLimit(limit: number): void {
    this.#limit = limit * MIB;
  }

  /** @throws OutOfMemoryError if the limit is reached or the machine provides no more */
  allocate(bytes: number): number {
    return this.#allocator.allocate(bytes);
  }

  free(address: number): void {
    this.#allocator.free(address);
  }

  /** A view of `length` floats; valid until the memory grows, or forever if it is shared. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  /** Whether an array is a view of this memory, and so would change when its block is reused. */
  owns(values: unknown): values is Float32Array {
    if (!ArrayBuffer.isView(values)) return false;
    // A shared memory that has grown has a new buffer object over the same bytes.
    return values.buffer === this.memory.buffer || (this.shared && values.buffer instanceof SharedArrayBuffer);
  }

  #reach(end: number): void {
    const needed = end + MARGIN;
    if (needed <= this.#bytes) return;
    const wanted = Math.min(Math.max(needed, this.#bytes + STRIDE), this.#limit);
    const pages = Math.ceil((Math.max(wanted, needed) - this.#bytes) / PAGE);
    try {
      if (needed > this.#limit) throw new RangeError(`the limit is ${bytes(this.#limit)}`);
      this.memory.grow(pages);
    } catch (cause) {
      throw new OutOfMemoryError(
        `backend wasm: no room for a tensor of ${bytes(end - this.#allocator.end)} with ${bytes(this.bytesInUse)} in use of ${bytes(this.#limit)}. Use a smaller batch.`,
        { cause },
      );
    }
    this.#bytes += pages * PAGE;
  }
}
