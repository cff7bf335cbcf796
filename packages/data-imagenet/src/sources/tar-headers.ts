import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "@benn/core";
import { neighbourAt } from "./name-neighbour.ts";

/** A regular file in a tar archive. */
export interface TarEntry {
  readonly name: string;
  /** Of its first byte in the archive. */
  readonly offset: number;
  readonly size: number;
  /** Reads it; call before the next entry is requested; meant for small files. */
  read(): Buffer;
}

const BLOCK = 512;
/** Headers and labels are adjacent between pictures, so that one read serves several of them. */
const WINDOW = 8192;
/** Longer names or extensions are not valid. */
const MOST_EXTENSION = 1 << 20;

/**
 * The regular files of a tar archive, in order, from the headers alone: ustar, GNU's long names and the pax extensions for long names and
 * large sizes. Nothing is ever written to the path of a name.
 * @throws UserError for a truncated archive, or a file that is not one
 * @see POSIX.1-2017, pax, "ustar Interchange Format"
 */
export function* tarEntries(path: string): Generator<TarEntry> {
  const file = openSync(path, "r");
  try {
    const bytes = fstatSync(file).size;
    const fail = (what: string): UserError => new UserError(`imagenet: the shard "${path}" ${what}. Fetch it again.`);
    const window = Buffer.alloc(WINDOW);
    let [from, have] = [0, 0];
    if (bytes < BLOCK) throw neighbourAt(path) ?? fail(`has only ${bytes} bytes`);
    const read = (offset: number, length: number): Buffer => {
      if (offset + length > bytes) throw fail(`is torn: bytes ${offset} to ${offset + length} are wanted of ${bytes}`);
      if (length > WINDOW) return readAll(file, offset, Buffer.alloc(length));
      if (offset < from || offset + length > from + have) {
        from = offset;
        have = readAll(file, offset, window.subarray(0, Math.min(WINDOW, bytes - offset))).length;
      }
      return window.subarray(offset - from, offset - from + length);
    };

    let long: { name?: string; size?: number } = {};
    for (let at = 0; ;) {
      if (at === bytes && at > 0) throw fail(`is torn: it ends at byte ${at} without the mark of its end`);
      const header = Buffer.from(read(at, BLOCK));
      if (header.every((byte) => byte === 0)) return;
      if (header.length < BLOCK || checksum(header) !== number(header, 148, 8))
        throw (at === 0 ? neighbourAt(path) : undefined) ?? fail(`has no header at byte ${at}: it is damaged, or no tar archive`);
      const type = String.fromCharCode(header[156] ?? 0);
      const size = (type === "x" || type === "L" ? undefined : long.size) ?? number(header, 124, 12);
      if (!Number.isSafeInteger(size) || size < 0) throw fail(`has a file of ${size} bytes at byte ${at}`);
      const offset = at + BLOCK;
      if (offset + size > bytes) throw fail(`is torn: "${text(header, 0, 100)}" ends at byte ${offset + size} of ${bytes}`);
      at = offset + Math.ceil(size / BLOCK) * BLOCK;
      if (type === "x" || type === "L") {
        if (size > MOST_EXTENSION) throw fail(`has a name of ${size} bytes`);
        const extension = read(offset, size);
        long = type === "L" ? { ...long, name: text(extension, 0, size) } : { ...long, ...paxRecords(extension) };
        continue;
      }
      if (type === "0" || type === "\0" || type === "7") {
        const prefix = header.toString("latin1", 257, 262) === "ustar" && header[263] === 0x30 ? text(header, 345, 155) : "";
        const short = text(header, 0, 100);
        yield { name: long.name ?? (prefix ? `${prefix}/${short}` : short), offset, size, read: () => Buffer.from(read(offset, size)) };
      }
      if (type !== "g" && type !== "K") long = {};
    }
  } finally {
    closeSync(file);
  }
}

function readAll(file: number, offset: number, into: Buffer): Buffer {
  let have = 0;
  while (have < into.length) {
    const got = readSync(file, into, have, into.length - have, offset + have);
    if (got === 0) break;
    have += got;
  }
  return into.subarray(0, have);
}

/** The sum of a header's bytes, with its checksum field counted as spaces. */
function checksum(header: Buffer): number {
  let sum = 8 * 32;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += header[at] ?? 0;
  return sum;
}

/** An octal number, or with the high bit set (GNU) a binary one. */
function number(header: Buffer, at: number, length: number): number {
  const first = header[at] ?? 0;
  if (first >= 128) return header.subarray(at + 1, at + length).reduce((value, byte) => value * 256 + byte, first & 127);
  const digits = header
    .toString("latin1", at, at + length)
    .replace(/[\0 ]+$/, "")
    .trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : Number.NaN;
}

/** UTF-8 up to the first zero. */
function text(bytes: Buffer, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? field.length : end);
}

/** `path` and `size` of "LENGTH KEY=VALUE\n" records. */
function paxRecords(bytes: Buffer): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(bytes.toString("latin1", at, space));
    if (!Number.isInteger(length) || length < 5 || at + length > bytes.length) break;
    const record = bytes.toString("utf8", space + 1, at + length - 1);
    const [key, value] = [record.slice(0, record.indexOf("=")), record.slice(record.indexOf("=") + 1)];
    if (key === "path") found.name = value;
    if (key === "size") found.size = Number(value);
    at += length;
  }
  return found;
}
