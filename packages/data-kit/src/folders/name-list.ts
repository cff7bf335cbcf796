/**
 * A list of strings that takes their UTF-8 bytes plus four each: a million names in an array of strings would take about seventy more bytes
 * each, and the garbage collector would have to scan every one of them.
 */
export class NameList {
  #bytes = Buffer.alloc(1024);
  #ends = new Uint32Array(64);
  #count = 0;

  get length(): number {
    return this.#count;
  }

  /** The bytes, and where each name ends. */
  get arrays(): readonly [Uint8Array, Uint32Array] {
    return [this.#bytes, this.#ends];
  }

  push(name: string): void {
    const start = this.#start(this.#count);
    const length = Buffer.byteLength(name);
    if (start + length > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes.subarray(0, start)], Math.max(start + length, Math.ceil(this.#bytes.length * 1.5)));
    }
    if (this.#count === this.#ends.length) {
      const ends = new Uint32Array(Math.ceil(this.#ends.length * 1.5));
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#bytes.write(name, start);
    this.#ends[this.#count++] = start + length;
  }

  at(index: number): string {
    if (index < 0 || index >= this.#count) throw new RangeError(`name ${index} of ${this.#count}`);
    return this.#bytes.toString("utf8", this.#start(index), this.#ends[index]);
  }

  /** Releases the memory that was reserved for more names. */
  trim(): this {
    this.#bytes = Buffer.concat([this.#bytes.subarray(0, this.#start(this.#count))]); // a copy
    this.#ends = this.#ends.slice(0, this.#count);
    return this;
  }

  #start(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
  }
}
