import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "@benn/core";
import { neighbourAt } from "../sources/name-neighbour.ts";
import { type LmdbMeta, META_BYTES, readMetaPage } from "./meta-page.ts";

/** An entry, with the position of its value. */
export interface LmdbEntry {
  readonly key: Buffer;
  /** Offset of the value's first byte in the file. */
  readonly offset: number;
  readonly length: number;
}

/** Bytes before a page's entries or an overflow page's value. */
const HEADER = 16;
const [BRANCH, LEAF, OVERFLOW] = [0x01, 0x02, 0x04];
const KNOWN = 0x7f; // higher flags are for pages in memory
/** Flag of a leaf's entry whose value is in overflow pages. Others mark nested databases and lists of values. */
const BIG = 0x01;
const NODE = 8;

/**
 * Reads an LMDB 0.9 database without its library: the main tree, in the order of its keys, page by page. At most one page of each level is
 * in memory. Every number in the file is checked against its valid range before it is used.
 * @see mdb.c of LMDB 0.9, `MDB_page` and `MDB_node`
 */
export class LmdbFile {
  readonly path: string;
  readonly meta: LmdbMeta;
  readonly #file: number;
  readonly #bytes: number;

  /** @throws UserError if the file is not an LMDB database, or not of this kind */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "r");
    try {
      this.#bytes = fstatSync(this.#file).size;
      const first = this.#readMeta(0);
      const second = this.#readMeta(first.pageSize);
      if (first.pageSize !== second.pageSize) throw this.#corrupt("its two meta pages differ in page size");
      // Writers alternate between the two, so that one is always intact.
      this.meta = second.transaction > first.transaction ? second : first;
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /**
   * All entries in the order of their keys.
   * @throws UserError if the file is truncated or contains an invalid value
   */
  *entries(): Generator<LmdbEntry> {
    const { depth, entries, root } = this.meta;
    let last: Buffer | undefined;
    let count = 0;
    const budget = { pages: this.meta.lastPage + 1 };
    if (depth > 0) {
      for (const entry of this.#walk(root, depth, budget)) {
        if (last && Buffer.compare(last, entry.key) >= 0) throw this.#corrupt(`key ${count} does not come after the one before it`);
        last = entry.key;
        count++;
        yield entry;
      }
    }
    if (count !== entries) throw this.#corrupt(`it should have ${entries} entries and has ${count}`);
  }

  /** Reads bytes of the file. @throws UserError if the file ends before */
  read(offset: number, length: number): Buffer {
    if (offset + length > this.#bytes) throw this.#cutShort(offset, length);
    const bytes = Buffer.allocUnsafe(length);
    for (let have = 0; have < length;) {
      const got = readSync(this.#file, bytes, have, length - have, offset + have);
      if (got === 0) throw this.#cutShort(offset, length);
      have += got;
    }
    return bytes;
  }

  #readMeta(offset: number): LmdbMeta {
    const page = this.read(offset, Math.max(0, Math.min(META_BYTES, this.#bytes - offset)));
    try {
      return readMetaPage(page);
    } catch (what) {
      if (typeof what !== "string") throw what;
      throw neighbourAt(this.path) ?? this.#corrupt(`meta page ${offset === 0 ? 0 : 1} ${what}`);
    }
  }

  /** @param level of the page: leaves are at 1 */
  *#walk(number: number, level: number, budget: { pages: number }): Generator<LmdbEntry> {
    // Each page belongs to one position in the tree; a page that occurs more often would form a cycle.
    if (budget.pages-- <= 0) throw this.#corrupt("its tree has more pages than the file");
    const { pageSize } = this.meta;
    const page = this.#page(number, pageSize);
    const kind = page.readUInt16LE(10) & KNOWN;
    if (kind !== (level === 1 ? LEAF : BRANCH)) throw this.#corrupt(`page ${number} at level ${level} is of kind 0x${kind.toString(16)}`);
    const [lower, upper] = [page.readUInt16LE(12), page.readUInt16LE(14)];
    if (lower < HEADER || lower % 2 !== 0 || upper < lower || upper > pageSize) {
      throw this.#corrupt(`page ${number} has its free space from ${lower} to ${upper}`);
    }
    for (let pointer = HEADER; pointer < lower; pointer += 2) {
      const node = page.readUInt16LE(pointer);
      if (node < upper || node + NODE > pageSize) throw this.#corrupt(`page ${number} points at its byte ${node}`);
      const keyEnd = node + NODE + page.readUInt16LE(node + 6);
      if (keyEnd > pageSize) throw this.#corrupt(`a key on page ${number} reaches beyond it`);
      const low = page.readUInt32LE(node);
      const flags = page.readUInt16LE(node + 4);
      if (level > 1) yield* this.#walk(low + flags * 2 ** 32, level - 1, budget);
      else yield { key: page.subarray(node + NODE, keyEnd), ...this.#value({ page, number, keyEnd, length: low, flags }) };
    }
  }

  /** Where a leaf's value is: behind its key or in overflow pages. */
  #value(of: { page: Buffer; number: number; keyEnd: number; length: number; flags: number }): { offset: number; length: number } {
    const { page, number, keyEnd, length, flags } = of;
    const { pageSize } = this.meta;
    if ((flags & ~BIG) !== 0) {
      throw this.#corrupt(`page ${number} holds named databases or several values of a key, which sets of pictures do not have`);
    }
    if (flags === 0) {
      if (keyEnd + length > pageSize) throw this.#corrupt(`a value on page ${number} reaches beyond it`);
      return { offset: number * pageSize + keyEnd, length };
    }
    if (keyEnd + 8 > pageSize) throw this.#corrupt(`an entry on page ${number} reaches beyond it`);
    const first = Number(page.readBigUInt64LE(keyEnd));
    const header = this.#page(first, HEADER);
    const pages = header.readUInt32LE(12);
    if ((header.readUInt16LE(10) & KNOWN) !== OVERFLOW) throw this.#corrupt(`page ${first} should be the first of a value`);
    if (first + pages - 1 > this.meta.lastPage || length > pages * pageSize - HEADER) {
      throw this.#corrupt(`a value of ${length} bytes lies in ${pages} pages from ${first} on`);
    }
    const offset = first * pageSize + HEADER;
    if (offset + length > this.#bytes) throw this.#corrupt(`it is cut short: a value ends at byte ${offset + length} of ${this.#bytes}`);
    return { offset, length };
  }

  /** Reads the first bytes of a page and checks its number. */
  #page(number: number, bytes: number): Buffer {
    if (number < 2 || number > this.meta.lastPage) throw this.#corrupt(`page ${number} is wanted, the last one is ${this.meta.lastPage}`);
    const page = this.read(number * this.meta.pageSize, bytes);
    if (page.readBigUInt64LE(0) !== BigInt(number)) throw this.#corrupt(`page ${number} bears the number ${page.readBigUInt64LE(0)}`);
    return page;
  }

  #cutShort(offset: number, length: number): UserError {
    return this.#corrupt(`it is cut short: bytes ${offset} to ${offset + length} are wanted of ${this.#bytes}`);
  }

  #corrupt(what: string): UserError {
    return new UserError(`imagenet: "${this.path}" is not a sound LMDB database: ${what}. Copy it again from where it came.`);
  }
}
