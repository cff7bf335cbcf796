/** Alignment of every block in bytes: a cache line, so that vectors never straddle two. */
const LINE = 64;

/**
 * Allocates blocks in one growing range of addresses, and frees them. Best fit over a list of gaps sorted by address; adjacent gaps are
 * merged, and a gap at the end lowers the end, so that a training loop gets the same addresses step after step. Addresses are plain numbers
 * up to 4 GiB, never 32-bit integers.
 */
export class Allocator {
  readonly #start: number;
  readonly #reach: (end: number) => void;
  readonly #sizes = new Map<number, number>();
  /** Gaps below the end: address and size, sorted by address. */
  readonly #gaps: { address: number; size: number }[] = [];
  #end: number;
  #bytesInUse = 0;

  /** @param reach is called with each new end before it is used, and throws if there is no more room */
  constructor(start: number, reach: (end: number) => void) {
    this.#start = Math.ceil(start / LINE) * LINE;
    this.#end = this.#start;
    this.#reach = reach;
  }

  /** Bytes of allocated blocks, rounded up to whole lines. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** First address after the last block. */
  get end(): number {
    return this.#end;
  }

  /** Returns the address of `bytes` bytes, a multiple of 64; their previous contents are unchanged. */
  allocate(bytes: number): number {
    const size = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
    let best = -1;
    for (let i = 0; i < this.#gaps.length; i++) {
      const room = this.#gaps[i]!.size;
      if (room >= size && (best < 0 || room < this.#gaps[best]!.size)) best = i;
    }
    let address = this.#end;
    if (best >= 0) {
      const gap = this.#gaps[best]!;
      address = gap.address;
      gap.address += size;
      gap.size -= size;
      if (gap.size === 0) this.#gaps.splice(best, 1);
    } else {
      this.#reach(this.#end + size);
      this.#end += size;
    }
    this.#sizes.set(address, size);
    this.#bytesInUse += size;
    return address;
  }

  /** Frees a block. */
  free(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined) throw new Error(`Allocator: address ${address} is not a block that is out.`);
    this.#sizes.delete(address);
    this.#bytesInUse -= size;
    let low = 0;
    let high = this.#gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#gaps[middle]!.address < address) low = middle + 1;
      else high = middle;
    }
    const before = this.#gaps[low - 1];
    const after = this.#gaps[low];
    const joinsBefore = before !== undefined && before.address + before.size === address;
    const joinsAfter = after !== undefined && address + size === after.address;
    if (joinsBefore) before.size += size + (joinsAfter ? after.size : 0);
    else if (joinsAfter) Object.assign(after, { address, size: size + after.size });
    else this.#gaps.splice(low, 0, { address, size });
    if (joinsBefore && joinsAfter) this.#gaps.splice(low, 1);
    const last = this.#gaps.at(-1);
    if (last && last.address + last.size === this.#end) {
      this.#end = last.address;
      this.#gaps.pop();
    }
  }
}
