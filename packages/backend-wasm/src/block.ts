import type { TensorMemory } from "./tensor-memory.ts";

/** A reference-counted block of memory, freed by the last release. */
export class Block {
  readonly address: number;
  readonly #memory: TensorMemory;
  #holders = 1;

  constructor(memory: TensorMemory, bytes: number) {
    this.#memory = memory;
    this.address = memory.allocate(bytes);
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders === 0) this.#memory.free(this.address);
  }
}
