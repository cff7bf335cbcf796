import { UserError } from "@benn/core";

/** Reads a file's bytes sequentially, and never past their end. */
export class ByteReader {
  /** The file, for messages. */
  readonly who: string;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array, who: string) {
    this.bytes = bytes;
    this.who = who;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The offset of the next `count` bytes, which are consumed. @throws UserError if there are fewer */
  skip(count: number): number {
    if (count > this.left) {
      throw new UserError(`${this.who}: is cut short: ${count} bytes should follow byte ${this.at}, ${this.left} do. Copy the file again.`);
    }
    const from = this.at;
    this.at += count;
    return from;
  }

  /** A view of the next `count` bytes, not a copy. */
  take(count: number): Uint8Array {
    const from = this.skip(count);
    return this.bytes.subarray(from, from + count);
  }

  u1(): number {
    return this.#view.getUint8(this.skip(1));
  }

  u2(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  i4(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  u4(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  i8(): bigint {
    return this.#view.getBigInt64(this.skip(8), true);
  }

  /** The only big-endian number type in pickles. */
  f8BigEndian(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  /** A line of at most `limit` bytes as Latin-1, without its end. @throws UserError for a longer one, or one without an end */
  line(limit: number): string {
    const end = this.bytes.subarray(this.at, this.at + limit + 1).indexOf(0x0a);
    if (end < 0) {
      throw new UserError(`${this.who}: has no line of at most ${limit} bytes at byte ${this.at}, as its pickle says. It is damaged.`);
    }
    const text = latin1(this.take(end));
    this.at++;
    return text;
  }
}

/** Bytes as the characters of the same numbers. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
