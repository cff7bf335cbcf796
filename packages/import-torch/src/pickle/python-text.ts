// Numbers and strings as Python writes them in pickles of protocol 0, and its integers in protocol 2.

/** An integer that JavaScript represents exactly is a number, any other a bigint. */
export function exact(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** `12`, `-3`, `12L`; undefined for anything else, and for more than 40 digits. */
export function longFromText(line: string): number | bigint | undefined {
  const [, digits] = /^(-?\d{1,40})L?$/.exec(line) ?? [];
  return digits === undefined ? undefined : exact(BigInt(digits));
}

/** Little-endian two's complement; zero bytes mean 0. */
export function longFromBytes(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return exact(BigInt.asIntN(8 * bytes.length, value));
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\", "'": "'", '"': '"', n: "\n", r: "\r", t: "\t" };

/** A byte string between quotes, `'a\x00b'`; undefined if it is not one. */
export function unquote(line: string): string | undefined {
  const [, , body] = /^(['"])(.*)\1$/s.exec(line.trim()) ?? [];
  if (body === undefined || !/^(?:[^\\]|\\(?:[\\'"nrt]|x[\da-f]{2}))*$/is.test(body)) return undefined;
  return body.replace(/\\(?:x([\da-fA-F]{2})|(.))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (ESCAPES[letter] ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Latin-1 with `\u1234` and `\U00012345`; undefined for a character that does not exist. */
export function rawUnicode(line: string): string | undefined {
  let known = true;
  const text = line.replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (_, short: string | undefined, long: string | undefined) => {
    const code = Number.parseInt(short ?? long ?? "", 16);
    known &&= code <= 0x10ffff;
    return known ? String.fromCodePoint(code) : "";
  });
  return known ? text : undefined;
}
