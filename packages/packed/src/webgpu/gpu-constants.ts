/** The constants of a model as one array of 32-bit words, which every shader reads at known offsets. */
export class GpuConstants {
  readonly #parts: Uint32Array[] = [];
  #length = 0;

  /** @returns the offset of the words */
  add(values: Float32Array | Int32Array | Uint32Array): number {
    const at = this.#length;
    this.#parts.push(new Uint32Array(values.buffer, values.byteOffset, values.length));
    this.#length += values.length;
    return at;
  }

  words(): Uint32Array {
    const all = new Uint32Array(Math.max(1, this.#length));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** Bits from bytes, lowest first, as whole words; those beyond `count` are 0. */
export function bitWords(bytes: Uint8Array | undefined, count: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(count / 32));
  if (bytes) for (let i = 0; i < count; i++) words[i >> 5]! |= (((bytes[i >> 3] ?? 0) >> (i & 7)) & 1) << (i & 31);
  return words;
}

/** A kernel's rows of bits with the channels of every tap in separate words: [filters][taps][words]. */
export function kernelWords(bytes: Uint8Array, filters: number, taps: number, channels: number): Uint32Array {
  const rowBytes = Math.ceil((taps * channels) / 8);
  const perTap = Math.ceil(channels / 32);
  const words = new Uint32Array(filters * taps * perTap);
  for (let filter = 0; filter < filters; filter++) {
    for (let i = 0; i < taps * channels; i++) {
      const bit = ((bytes[filter * rowBytes + (i >> 3)] ?? 0) >> (i & 7)) & 1;
      const channel = i % channels;
      words[(filter * taps + Math.floor(i / channels)) * perTap + (channel >> 5)]! |= bit << (channel & 31);
    }
  }
  return words;
}
