import type { Random } from "../../../packages/core/src/random.ts";
import { oneOf } from "../part.ts";

/** The format of a file, so that a mutation may keep it: otherwise most readers would check only its first bytes. */
export type Form = "bytes" | "text" | "json" | "lines of json" | "safetensors";

/** Numbers at which arithmetic breaks: limits of types, sizes that no file has. */
const NUMBERS = [
  0,
  1,
  2,
  3,
  7,
  8,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
];
const TEXTS = [
  "", " ", "\0", "a", "-1", "1e999", "NaN", "null", "..", "../../../etc/passwd", "/dev/zero", "C:\\x", "__proto__", "constructor", "toString", "hasOwnProperty",
  "\u001B]0;owned\u0007", "\u001B[2J", "\u009B31m", "\u202Egnp.exe", "\u2028", "\uFEFF", "\uD800", "\u{1F4A9}", "e\u0301", "İ", "ß".repeat(300), "x".repeat(70_000), "%s%n", "${1}", "'\"`;\\",
]; // prettier-ignore
const VALUES: readonly unknown[] = [
  null, true, false, -0, -1, 0.5, 1e-320, Number.MAX_VALUE, -1e308, ...NUMBERS, ...TEXTS, [], {}, [[]], [null], { name: null }, { __proto__: 1 }, [1, [2, [3, [4, [5]]]]], Array.from({ length: 2000 }, () => 0),
]; // prettier-ignore

/**
 * A random mutation of a file, of one to four steps.
 * @param others to splice in
 */
export function mutate(seed: Uint8Array, form: Form, random: Random, others: readonly Uint8Array[]): Uint8Array {
  let bytes = seed;
  for (let step = 1 + random.integer(4); step > 0; step--) {
    bytes = (form !== "bytes" && random.integer(3) > 0 ? mutateForm(bytes, form, random) : undefined) ?? mutateBytes(bytes, random, others);
  }
  return bytes;
}

function mutateForm(bytes: Uint8Array, form: Form, random: Random): Uint8Array | undefined {
  if (form === "text") return Buffer.from(mutateText(Buffer.from(bytes).toString("utf8"), random));
  if (form === "json") return mutateJson(Buffer.from(bytes).toString("utf8"), random);
  if (form === "lines of json") {
    const lines = Buffer.from(bytes).toString("utf8").split("\n");
    const at = random.integer(lines.length);
    lines[at] = Buffer.from(mutateJson(lines[at] ?? "", random) ?? []).toString("utf8");
    return Buffer.from(lines.join("\n"));
  }
  return mutateHeader(bytes, random);
}

/** Numbers and words within a text, lines of it, and odd characters. */
function mutateText(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.integer(lines.length);
  const line = lines[at] ?? "";
  const place = random.integer(line.length + 1);
  const choice = random.integer(6);
  if (choice === 0) lines.splice(at, 1);
  else if (choice === 1) lines.splice(random.integer(lines.length + 1), 0, line);
  else if (choice === 2) lines[at] = line.replace(/-?\d+/, String(oneOf(NUMBERS, random)));
  else if (choice === 3) lines[at] = line.slice(0, place) + oneOf(TEXTS, random) + line.slice(place);
  else if (choice === 4) lines[at] = line.slice(0, place);
  else lines[at] = line.replace(/[A-Za-z]+/, oneOf(TEXTS, random));
  return lines.join(oneOf(["\n", "\n", "\n", "\r\n", "\r"], random));
}

/** Replaces, removes or moves a value or a key anywhere in JSON; undefined for what is not JSON. */
function mutateJson(text: string, random: Random): Uint8Array | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  const places: { readonly owner: Record<string, unknown>; readonly key: string }[] = [];
  const visit = (owner: object): void => {
    for (const key of Object.keys(owner)) {
      places.push({ owner: owner as Record<string, unknown>, key });
      const value = (owner as Record<string, unknown>)[key];
      if (typeof value === "object" && value !== null) visit(value);
    }
  };
  const box = { root };
  visit(box);
  const { owner, key } = oneOf(places, random);
  const other = oneOf(places, random);
  const choice = random.integer(8);
  const nested = owner[key];
  if (typeof nested === "string" && /^[[{]/.test(nested) && random.integer(4) > 0) {
    owner[key] = Buffer.from(mutateJson(nested, random) ?? []).toString("utf8"); // JSON within JSON, as in the metadata of a model
  } else if (choice < 4) owner[key] = typeof nested === "number" && random.integer(2) === 0 ? near(nested, random) : oneOf(VALUES, random);
  else if (choice === 4 && owner !== (box as unknown)) remove(owner, key);
  else if (choice === 5) owner[key] = structuredClone(other.owner[other.key]);
  else if (choice === 6 && !Array.isArray(owner)) define(owner, oneOf(TEXTS, random), nested);
  else if (Array.isArray(nested)) nested.push(structuredClone(nested[0]));
  const json = JSON.stringify(box.root) ?? "";
  // What JSON allows and JavaScript does not write.
  return Buffer.from(
    random.integer(16) === 0 ? json.replace(/:(\d+)/, `:${oneOf(["1e400", "-0", "0.1e1", "00", "0x10", "1n", "[[[[[[[["], random)}`) : json,
  );
}

function remove(owner: Record<string, unknown>, key: string): void {
  if (Array.isArray(owner)) owner.splice(Number(key), 1);
  else delete owner[key];
}

/** Also a key "__proto__", as JSON.parse creates it. */
function define(owner: object, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, enumerable: true, configurable: true, writable: true });
}

const near = (value: number, random: Random): number =>
  oneOf([value + 1, value - 1, -value, value * 2, value / 2, value * 1e6, value + 0.5], random);

/** The JSON at the beginning of a safetensors file, with its new length, or nearly. */
function mutateHeader(bytes: Uint8Array, random: Random): Uint8Array | undefined {
  const file = Buffer.from(bytes);
  if (file.length < 8) return undefined;
  const length = file.readUInt32LE(0);
  const header = mutateJson(file.subarray(8, 8 + length).toString("utf8"), random);
  if (!header) return undefined;
  const size = Buffer.alloc(8);
  size.writeUInt32LE(random.integer(20) === 0 ? Math.min(2 ** 32 - 1, header.length + random.integer(9)) : header.length);
  return Buffer.concat([size, header, file.subarray(8 + length)]);
}

function mutateBytes(seed: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.from(seed);
  if (bytes.length === 0) return Buffer.from([random.integer(256)]);
  // Headers matter most; so half of the mutations are in the first bytes.
  const place = (): number => random.integer(random.integer(2) === 0 ? Math.min(bytes.length, 256) : bytes.length);
  const at = place();
  switch (random.integer(10)) {
    case 0:
      bytes[at]! ^= 1 << random.integer(8);
      return bytes;
    case 1:
      bytes[at] = random.integer(256);
      return bytes;
    case 2:
      return bytes.subarray(0, random.integer(bytes.length + 1));
    case 3:
    case 4:
      return withNumber(bytes, at, random);
    case 5: {
      const end = Math.min(bytes.length, at + 1 + random.integer(64));
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    }
    case 6: {
      const from = place();
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + 1 + random.integer(64)), bytes.subarray(at)]);
    }
    case 7: {
      const other = oneOf(others, random);
      const from = random.integer(other.length + 1);
      return Buffer.concat([
        bytes.subarray(0, at),
        other.subarray(from, from + random.integer(1024)),
        bytes.subarray(random.integer(2) === 0 ? at : Math.min(bytes.length, at + 1024)),
      ]);
    }
    case 8:
      return bytes.fill(random.integer(2) === 0 ? 0 : 255, at, Math.min(bytes.length, at + 1 + random.integer(32)));
    default: {
      // A number that is written in digits.
      const text = bytes.toString("latin1");
      const digits = /\d+/.exec(text.slice(at));
      if (!digits) return bytes;
      const start = at + digits.index;
      return Buffer.from(text.slice(0, start) + String(oneOf(NUMBERS, random)) + text.slice(start + digits[0].length), "latin1");
    }
  }
}

/** Replaces a length, a count or an offset, in either byte order. */
function withNumber(bytes: Buffer, at: number, random: Random): Buffer {
  const width = oneOf([1, 2, 4, 8] as const, random);
  if (at + width > bytes.length) return bytes;
  const value = BigInt.asUintN(8 * width, BigInt(oneOf([...NUMBERS, bytes.length, bytes.length + 1, bytes.length - at], random)));
  const field = Buffer.alloc(8);
  if (random.integer(3) === 0) {
    field.writeBigUInt64BE(value);
    field.subarray(8 - width).copy(bytes, at);
  } else {
    field.writeBigUInt64LE(value);
    field.subarray(0, width).copy(bytes, at);
  }
  return bytes;
}
