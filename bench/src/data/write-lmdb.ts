import { closeSync, openSync, writeSync } from "node:fs";

const PAGE = 4096;
const HEADER = 16;
const [BRANCH, LEAF, OVERFLOW, META] = [1, 2, 4, 8];
const NONE = 0xffff_ffff_ffff_ffffn;

/**
 * Writes an LMDB 0.9 database of consecutive values, for benchmarks: keys `%08d` in order, every value in overflow pages, a tree of at most
 * two levels.
 * @param values each too long to share a page with others
 */
export function writeLmdb(path: string, values: Iterable<Uint8Array>): void {
  const file = openSync(path, "w");
  let next = 2;
  const write = (page: number, bytes: Uint8Array): void => void writeSync(file, bytes, 0, bytes.length, page * PAGE);
  const entries: Node[] = [];
  let overflow = 0;
  for (const value of values) {
    const pages = Math.ceil((HEADER + value.length) / PAGE);
    const head = Buffer.alloc(pages * PAGE);
    head.writeBigUInt64LE(BigInt(next), 0);
    head.writeUInt16LE(OVERFLOW, 10);
    head.writeUInt32LE(pages, 12);
    head.set(value, HEADER);
    write(next, head);
    entries.push({ key: String(entries.length).padStart(8, "0"), low: value.length, flags: 1, page: next });
    next += pages;
    overflow += pages;
  }
  const leaves: Node[] = [];
  for (let at = 0; at < entries.length; at += 140) {
    write(next, treePage(next, LEAF, entries.slice(at, at + 140)));
    leaves.push({ key: at === 0 ? "" : (entries[at]?.key ?? ""), low: next, flags: 0, page: undefined });
    next++;
  }
  if (leaves.length > 1) write(next, treePage(next, BRANCH, leaves));
  const depth = leaves.length > 1 ? 2 : 1;
  const root = leaves.length > 1 ? next++ : next - 1;
  for (const page of [0, 1]) {
    const meta = Buffer.alloc(PAGE);
    meta.writeBigUInt64LE(BigInt(page), 0);
    meta.writeUInt16LE(META, 10);
    meta.writeUInt32LE(0xbeefc0de, 16);
    meta.writeUInt32LE(1, 20);
    meta.writeBigUInt64LE(BigInt(next * PAGE), 32);
    meta.writeUInt32LE(PAGE, 40);
    meta.writeBigUInt64LE(NONE, 80);
    meta.writeUInt16LE(depth, 94);
    for (const [i, count] of [depth - 1, leaves.length, overflow, entries.length, root].entries()) {
      meta.writeBigUInt64LE(BigInt(count), 96 + 8 * i);
    }
    meta.writeBigUInt64LE(BigInt(next - 1), 136);
    meta.writeBigUInt64LE(BigInt(page), 144);
    write(page, meta);
  }
  closeSync(file);
}

interface Node {
  readonly key: string;
  /** A leaf's length of the value, a branch's child. */
  readonly low: number;
  readonly flags: number;
  /** A leaf's first overflow page. */
  readonly page: number | undefined;
}

function treePage(number: number, kind: number, nodes: readonly Node[]): Buffer {
  const page = Buffer.alloc(PAGE);
  let upper = PAGE;
  for (const [i, { key, low, flags, page: value }] of nodes.entries()) {
    upper -= 8 + key.length + (value === undefined ? 0 : 8);
    upper -= upper % 2;
    page.writeUInt32LE(low, upper);
    page.writeUInt16LE(flags, upper + 4);
    page.writeUInt16LE(key.length, upper + 6);
    page.write(key, upper + 8);
    if (value !== undefined) page.writeBigUInt64LE(BigInt(value), upper + 8 + key.length);
    page.writeUInt16LE(upper, HEADER + 2 * i);
  }
  page.writeBigUInt64LE(BigInt(number), 0);
  page.writeUInt16LE(kind, 10);
  page.writeUInt16LE(HEADER + 2 * nodes.length, 12);
  page.writeUInt16LE(upper, 14);
  return page;
}
