import { Addresses, placeValues } from "./arena.ts";
import type { Shape } from "./graph.ts";
import { wordsOf } from "./pack-kernel.ts";
import { PackedError } from "./packed-error.ts";
import type { CheckedModel } from "./read-model.ts";

export function bytesOfValue({ kind, height, width, channels, planes = 1 }: Shape): number {
  return height * width * (kind === "floats" ? channels * 4 : wordsOf(channels) * 8 * planes);
}

/**
 * The layout of the kernels' memory: the image, one area for the values of the running member, constants derived from the file's tensors,
 * and scratch. It is planned first, so that nothing is allocated for a file that needs too much.
 */
export class MemoryPlan {
  /** Address of the image's bytes, and of its floats (value 0). */
  readonly bytes: number;
  readonly floats: number;
  /** Address of each value of each member. */
  readonly values: readonly (readonly number[])[];
  /** The address of scratch; known once the plan is carried out. */
  scratch = 0;
  readonly #addresses = new Addresses();
  readonly #constants: { readonly at: number; readonly make: () => ArrayBufferView }[] = [];
  #scratchBytes = 0;
  readonly #zeros = new Map<number, number>();
  readonly #shared = new Map<string, number>();

  constructor({ shape: [height, width, channels], members }: Pick<CheckedModel, "shape" | "members">) {
    this.bytes = this.#addresses.take(height * width * channels);
    this.floats = this.#addresses.take(height * width * channels * 4);
    const placed = members.map(({ nodes, shapes }) => {
      const lastRead = shapes.map((_, value) => Math.max(value, ...nodes.flatMap((node, i) => (node.in.includes(value) ? [i + 1] : []))));
      lastRead[shapes.length - 1] = shapes.length;
      return placeValues(shapes.slice(1).map((shape, i) => ({ size: bytesOfValue(shape), born: i + 1, lastRead: lastRead[i + 1] ?? 0 })));
    });
    const arena = this.#addresses.take(Math.max(...placed.map(({ size }) => size)));
    this.values = placed.map(({ offsets }) => [this.floats, ...offsets.map((offset) => arena + offset)]);
  }

  /** Reserves `bytes` bytes for the result of `make`, and returns the address. */
  constant(bytes: number, make: () => ArrayBufferView): number {
    const at = this.#addresses.take(bytes);
    this.#constants.push({ at, make });
    return at;
  }

  /** A constant that several users request under one name and share. */
  shared(name: string, bytes: number, make: () => ArrayBufferView): number {
    const known = this.#shared.get(name) ?? this.constant(bytes, make);
    this.#shared.set(name, known);
    return known;
  }

  /** Reserves this many bytes of zeros. */
  zeros(bytes: number): number {
    const known = this.#zeros.get(bytes) ?? this.#addresses.take(bytes);
    this.#zeros.set(bytes, known);
    return known;
  }

  needScratch(bytes: number): number {
    return (this.#scratchBytes = Math.max(this.#scratchBytes, bytes));
  }

  /**
   * Grows the memory and writes the constants.
   * @throws PackedError if it would need more than `most` bytes
   */
  carryOut(memory: WebAssembly.Memory, { most, name }: { readonly most: number; readonly name: string }): void {
    this.scratch = this.#addresses.take(this.#scratchBytes);
    const needed = this.#addresses.end + 1024;
    const tooLarge = (cause?: unknown): PackedError =>
      new PackedError(
        `${name}: needs ${Math.ceil(needed / 1e6)} MB to run, of at most ${Math.floor(most / 1e6)}. If that is right, load it with a larger maxMemory.`,
        { cause },
      );
    if (needed > most) throw tooLarge();
    try {
      memory.grow(Math.max(0, Math.ceil((needed - memory.buffer.byteLength) / 65_536)));
    } catch (cause) {
      throw tooLarge(cause);
    }
    for (const { at, make } of this.#constants) {
      const { buffer, byteOffset, byteLength } = make();
      new Uint8Array(memory.buffer, at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
}
