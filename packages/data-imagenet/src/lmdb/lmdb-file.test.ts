import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LmdbFile } from "./lmdb-file.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/lmdb");
const folder = mkdtempSync(join(tmpdir(), "lmdb-"));

/** What LMDB itself read: for each entry the beginning of SHA-1 over key and value. */
const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as Record<
  string,
  { pageSize: number; depth: number; entries: string[] }
>;
const bytesOf = (name: string): Buffer => gunzipSync(readFileSync(join(fixtures, `${name}.gz`)));

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function digests(path: string): string[] {
  const file = new LmdbFile(path);
  try {
    return [...file.entries()].map(({ key, offset, length }) =>
      createHash("sha1").update(key).update(file.read(offset, length)).digest("hex").slice(0, 16),
    );
  } finally {
    file.close();
  }
}

test.for(Object.keys(expected))("reads of %s what LMDB itself reads", (name) => {
  const path = written(name, bytesOf(name));
  const file = new LmdbFile(path);
  const { pageSize, depth, entries } = file.meta;
  file.close();
  expect({ pageSize, depth, entries }).toEqual({ ...expected[name], entries: expected[name]!.entries.length });
  expect(digests(path)).toEqual(expected[name]!.entries);
});

test("trees of no, one, two and four levels, and pages of 4 and 16 KiB, are among them", () => {
  expect(new Set(Object.values(expected).map(({ depth }) => depth))).toEqual(new Set([0, 1, 2, 4]));
  expect(new Set(Object.values(expected).map(({ pageSize }) => pageSize))).toEqual(new Set([4096, 16_384]));
});

describe("a clear error for", () => {
  const train = bytesOf("train.mdb");
  const changed = (edit: (bytes: Buffer) => void): string => {
    const bytes = Buffer.from(train);
    edit(bytes);
    return written("changed.mdb", bytes);
  };
  /** Edits both meta pages, whichever is the newest. */
  const inMeta = (edit: (bytes: Buffer, at: number) => void) => changed((bytes) => [0, 4096].forEach((at) => edit(bytes, at)));
  const root = (bytes: Buffer): number => {
    const newest = bytes.readBigUInt64LE(144) > bytes.readBigUInt64LE(4096 + 144) ? 0 : 4096;
    return Number(bytes.readBigUInt64LE(newest + 128)) * 4096;
  };

  test.for([
    ["an empty file", () => written("changed.mdb", new Uint8Array()), "is empty. Fetch it again."],
    ["another file", () => written("changed.mdb", Buffer.alloc(9000, "x")), "meta page 0 does not have LMDB's mark"],
    ["a file cut within its meta pages", () => written("changed.mdb", train.subarray(0, 4100)), "meta page 1 has only 4 bytes"],
    ["a file cut within its values", () => written("changed.mdb", train.subarray(0, 60_000)), "it is cut short"],
    ["a later version", () => inMeta((b, at) => b.writeUInt32LE(2, at + 20)), "is of data version 2"],
    ["a page size that cannot be", () => inMeta((b, at) => b.writeUInt32LE(4095, at + 40)), "has a page size of 4095"],
    ["another kind of tree", () => inMeta((b, at) => b.writeUInt16LE(4, at + 92)), "another kind (flags 0x4)"],
    ["too deep a tree", () => inMeta((b, at) => b.writeUInt16LE(99, at + 94)), "has a tree of 99 levels"],
    ["a root beyond the file", () => inMeta((b, at) => b.writeUInt32LE(9999, at + 128)), "a root that cannot be"],
    ["a branch where a leaf should be", () => changed((b) => b.writeUInt16LE(1, root(b) + 10)), "at level 1 is of kind 0x1"],
    ["a page with another's number", () => changed((b) => b.writeUInt32LE(77, root(b))), "bears the number 77"],
    ["a pointer out of its page", () => changed((b) => b.writeUInt16LE(4095, root(b) + 16)), "points at its byte 4095"],
    ["free space that cannot be", () => changed((b) => b.writeUInt16LE(9, root(b) + 12)), "has its free space from 9 to"],
    ["a key out of its page", () => changed((b) => b.writeUInt16LE(4000, root(b) + b.readUInt16LE(root(b) + 16) + 6)), "a key on page"],
    [
      "a value longer than its pages",
      () => changed((b) => b.writeUInt32LE(9_999_999, root(b) + b.readUInt16LE(root(b) + 16))),
      "a value of 9999999 bytes",
    ],
    [
      "values on a page far beyond the file",
      () =>
        changed((b) => {
          for (const at of [0, 4096]) b.writeBigUInt64LE(2n ** 62n, at + 136);
          const node = root(b) + b.readUInt16LE(root(b) + 16);
          b.writeBigUInt64LE(2n ** 41n, node + 8 + b.readUInt16LE(node + 6));
        }),
      "it is cut short",
    ],
    ["an unknown mark", () => changed((b) => b.writeUInt16LE(2, root(b) + b.readUInt16LE(root(b) + 16) + 4)), "named databases"],
    ["keys out of order", () => changed((b) => b.write("99", root(b) + b.readUInt16LE(root(b) + 16) + 8)), "does not come after"],
    ["entries gone missing", () => inMeta((b, at) => b.writeUInt32LE(25, at + 120)), "should have 25 entries and has 24"],
    ["a 32-bit machine's file", () => changed((b) => b.copy(b, 12, 16, 24)), "32-bit machine"],
    ["a big-endian machine's file", () => changed((b) => b.writeUInt32BE(0xbeefc0de, 16)), "big-endian machine"],
    ["named databases", () => written("changed.mdb", bytesOf("named.mdb")), "named databases"],
    ["several values of a key", () => written("changed.mdb", bytesOf("duplicates.mdb")), "named databases or several values"],
  ] as const)("%s", ([, make, message]) => {
    const path = make();
    expect(() => digests(path)).toThrow(UserError);
    expect(() => digests(path)).toThrow(message);
  });

  test("a tree that runs in a circle", () => {
    const bytes = bytesOf("deep.mdb");
    const top = root(bytes);
    // Makes every child of the root's first child a sibling of its own parent: levels fit, but pages repeat.
    const count = (bytes.readUInt16LE(top + 12) - 16) / 2;
    const first = bytes.readUInt32LE(top + bytes.readUInt16LE(top + 16));
    for (let i = 1; i < count; i++) bytes.writeUInt32LE(first, top + bytes.readUInt16LE(top + 16 + 2 * i));
    expect(() => digests(written("changed.mdb", bytes))).toThrow("does not come after");
  });
});

test("bytes changed anywhere give an error that says so, or what may be read, and never anything else", () => {
  const originals = ["deep.mdb", "sizes-16k.mdb", "val.mdb"].map(bytesOf);
  const bytes = fc.record({
    which: fc.nat(2),
    seed: fc.nat(),
    changes: fc.integer({ min: 1, max: 40 }),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(bytes, ({ which, seed, changes, cut }) => {
      const random = createRandom(seed, "damage");
      const copy = Buffer.from(originals[which]!);
      for (let i = 0; i < changes; i++) copy[random.integer(random.integer(2) ? 8400 : copy.length)] = random.integer(256);
      const path = written("damaged.mdb", cut > 0.8 ? copy.subarray(0, Math.floor(cut * copy.length)) : copy);
      try {
        digests(path);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
    { numRuns: 150 },
  );
});
