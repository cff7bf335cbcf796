// Used by the decoding threads, which do not load core: errors are plain, and become sentences elsewhere.

/** One field of a message. */
export interface ProtobufField {
  readonly number: number;
  /** The value of a varint; not exact beyond 2⁵³. For other types, the length in bytes. */
  readonly value: number;
  /** Position of its bytes in the message, from `start` to before `end`: of a varint the number itself, else what follows the length. */
  readonly start: number;
  readonly end: number;
  readonly kind: "varint" | "bytes" | "fixed";
}

/**
 * The fields of a protobuf message, in order; groups, which are obsolete, are refused.
 * @param bytes the message from its start, possibly only its beginning: reading ends with the field that extends beyond them
 * @param length of the whole message; no field may extend beyond it
 * @throws Error that says what is wrong with it
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* protobufFields(bytes: Uint8Array, length: number): Generator<ProtobufField> {
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`it is not a sound protobuf message: ${what} at byte ${at} of ${length}`);
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = bytes[at] ?? fail("a number ends early");
      at++;
      value += (byte & 127) * 2 ** (7 * shift);
      if (byte < 128) return value;
    }
    return fail("a number has more than ten bytes");
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (number < 1) fail("a field has the number 0");
    const begins = at;
    const value = wire === 0 || wire === 2 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : fail(`a field has the unknown form ${wire}`);
    const start = wire === 0 ? begins : at;
    const end = wire === 0 ? at : start + value;
    if (end > length) fail(`field ${number} should have ${value} bytes`);
    yield { number, value, start, end, kind: wire === 0 ? "varint" : wire === 2 ? "bytes" : "fixed" };
    at = end;
  }
}

/** The varints of a packed field, each below 2⁵³; a truncated one is left out. */
export function packedNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let [value, scale] = [0, 1];
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    [value, scale] = [0, 1];
  }
  return numbers;
}
