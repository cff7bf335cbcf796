/** A stretch of memory, in bytes. */
export interface Stretch {
  readonly at: number;
  readonly size: number;
}

/** Rounds sizes up, so that vectors may be read a little past the end. */
const ALIGN = 64;

/** Allocates consecutive addresses, which are never freed. */
export class Addresses {
  #end: number;

  constructor(from = ALIGN) {
    this.#end = from;
  }

  take(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil((bytes + 16) / ALIGN) * ALIGN;
    return at;
  }

  get end(): number {
    return this.#end;
  }
}

/**
 * Places values with limited lifetimes in one stretch of memory so that those alive at the same time do not overlap: each at the lowest
 * free address.
 * @param values size in bytes, and the steps from `born` to `lastRead` during which the value must be kept
 */
export function placeValues(values: readonly { readonly size: number; readonly born: number; readonly lastRead: number }[]): {
  readonly offsets: readonly number[];
  readonly size: number;
} {
  const offsets: number[] = [];
  let most = 0;
  for (const [i, value] of values.entries()) {
    const size = Math.ceil((value.size + 16) / ALIGN) * ALIGN;
    const alive = values
      .slice(0, i)
      .map((other, k) => ({
        ...other,
        at: offsets[k] as number,
        end: (offsets[k] as number) + Math.ceil((other.size + 16) / ALIGN) * ALIGN,
      }))
      .filter((other) => other.lastRead >= value.born)
      .toSorted((a, b) => a.at - b.at);
    let at = 0;
    for (const other of alive) {
      if (at + size <= other.at) break;
      at = Math.max(at, other.end);
    }
    offsets.push(at);
    most = Math.max(most, at + size);
  }
  return { offsets, size: most };
}
