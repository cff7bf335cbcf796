import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { create, Header, Pax } from "tar";
import fc from "fast-check";
import { expect, test } from "vitest";
import { load, newFolder, shards, SYNSETS } from "../../test/sets.ts";
import { tarEntries } from "./tar-headers.ts";

function entriesOf(path: string): [string, string][] {
  const found: [string, string][] = [];
  for (const entry of tarEntries(path)) {
    const bytes = readFileSync(path).subarray(entry.offset, entry.offset + entry.size);
    expect(entry.read().equals(bytes)).toBe(true);
    found.push([entry.name, bytes.toString("latin1")]);
  }
  return found;
}

/** A header as written by GNU tar, and the bytes that follow it. */
function member(type: string, name: string, body: string, size?: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(body.length.toString(8).padStart(11, "0"), 124);
  size?.copy(header, 124);
  header.write(type, 156);
  header.write("ustar  ", 257);
  header.fill(" ", 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return Buffer.concat([header, Buffer.from(body), Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
const end = Buffer.alloc(1024);
function written(...parts: Uint8Array[]): string {
  const path = join(newFolder(), "made.tar");
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

test("archives of any names and sizes are read as they were packed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-zé0-9 _-]{1,120}$/), fc.integer({ min: 0, max: 20_000 })), {
        selector: ([name]) => name.trim(),
        maxLength: 8,
        minLength: 1,
      }),
      async (files) => {
        const cwd = newFolder();
        mkdirSync(join(cwd, "a folder"));
        const names = files.map(([name], i) => `a folder/${i}${name.trim()}`.slice(0, 200));
        for (const [i, [, size]] of files.entries()) writeFileSync(join(cwd, names[i]!), Buffer.alloc(size, `${i}`));
        const file = join(newFolder(), "packed.tar");
        await create({ file, cwd }, ["a folder"].concat(names));
        const found = entriesOf(file).filter(([name], i, all) => all.findIndex(([other]) => other === name) === i);
        expect(new Map(found)).toEqual(new Map(files.map(([, size], i) => [names[i]!, `${i}`.repeat(size)])));
      },
    ),
    { numRuns: 15 },
  );
});

test("long names in GNU's way, sizes in binary, links and folders passed over", () => {
  const long = `${"folder/".repeat(30)}picture.jpg`;
  const binary = Buffer.alloc(12);
  binary[0] = 0x80;
  binary[11] = 3;
  const path = written(
    member("5", "folder/", ""),
    member("L", "././@LongLink", `${long}\0`),
    member("0", long.slice(0, 100), "long"),
    member("2", "link", ""),
    member("0", "binary", "abc", binary),
    end,
  );
  expect(entriesOf(path)).toEqual([
    [long, "long"],
    ["binary", "abc"],
  ]);
});

test("pax extensions hold for the next file alone", () => {
  const pax = new Pax({ path: "é/long name.jpg", size: 4 }).encode();
  expect(pax.length % 512).toBe(0);
  expect(entriesOf(written(pax, member("0", "short", "long"), member("0", "other", "x"), end))).toEqual([
    ["é/long name.jpg", "long"],
    ["other", "x"],
  ]);
  expect(new Header(pax).type).toBe("ExtendedHeader");
});

test("archives of the system's own tar are read too", () => {
  const cwd = newFolder();
  writeFileSync(join(cwd, "a.jpg"), "picture");
  writeFileSync(join(cwd, "a.cls"), "1");
  const file = join(cwd, "system.tar");
  execFileSync("tar", ["-cf", file, "-C", cwd, "a.jpg", "a.cls"]);
  expect(entriesOf(file)).toEqual([
    ["a.jpg", "picture"],
    ["a.cls", "1"],
  ]);
});

test.for([
  ["torn within a file", (whole: Buffer) => whole.subarray(0, 700), "is torn"],
  ["torn within a header", (whole: Buffer) => whole.subarray(0, 1200), "is torn: bytes 1024 to 1536 are wanted of 1200"],
  ["torn between two files", (whole: Buffer) => whole.subarray(0, 1024), "is torn: it ends at byte 1024 without the mark of its end"],
  ["shorter than a header", () => Buffer.alloc(100), "has only 100 bytes"],
  ["no archive", () => Buffer.alloc(2000, "no archive "), "has no header at byte 0"],
  [
    "damaged",
    (whole: Buffer) => Buffer.concat([whole.subarray(0, 1024), Buffer.from("?"), whole.subarray(1025)]),
    "has no header at byte 1024",
  ],
] as const)("a shard that is %s is an error that names it", ([, spoil, message]) => {
  const path = written(spoil(Buffer.concat([member("0", "a.jpg", "x".repeat(400)), member("0", "a.cls", "1"), end])));
  expect(() => entriesOf(path)).toThrow(UserError);
  expect(() => entriesOf(path)).toThrow(`the shard "${path}" ${message}`);
});

test.for([
  ["no label", [["a.jpg", "x"]], 'has no label "a.cls"'],
  ["no picture", [["a.cls", "1"]], 'has a label but no picture "a"'],
  [
    "a label that is no number",
    [
      ["a.jpg", "x"],
      ["a.cls", "dog"],
    ],
    'has the label "dog" in "a.cls". It should be a number',
  ],
  [
    "a synset without a list",
    [
      ["a.jpg", "x"],
      ["a.cls", "n01503061"],
    ],
    "Name the list of classes with dataset.classes",
  ],
  [
    "one class",
    [
      ["a.jpg", "x"],
      ["a.cls", "1"],
      ["b.jpg", "x"],
      ["b.cls", "1"],
    ],
    "has pictures of one class only",
  ],
  [
    "other files alone",
    [
      ["readme.txt", "x"],
      [".hidden.jpg", "x"],
    ],
    "has no pictures",
  ],
] as const)("a sample with %s is an error", async ([, files, message]) => {
  const data = newFolder();
  for (const part of ["train", "val"])
    writeFileSync(join(data, `set-${part}-0.tar`), Buffer.concat([...files.map(([name, body]) => member("0", name, body)), end]));
  await expect(load({ data })).rejects.toThrow(message);
});

test("labels may be synsets of a list, and the classes of both parts must agree", async () => {
  const classes = join(newFolder(), "synsets.tsv");
  writeFileSync(classes, `index\tsynset\tname\n${SYNSETS.map((synset, label) => `${label}\t${synset}\tname ${label}`).join("\n")}\n`);
  const data = await load({ data: await shards((synset) => synset), classes });
  expect(data.labels).toEqual(["name 0", "name 1", "name 2"]);
  expect([...data.test.labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);

  const folder = newFolder();
  const sample = (key: string, label: number): Buffer[] => [member("0", `${key}.jpg`, "x"), member("0", `${key}.cls`, `${label}`)];
  writeFileSync(join(folder, "a-train.tar"), Buffer.concat([...sample("a", 0), ...sample("b", 1), end]));
  writeFileSync(join(folder, "a-val.tar"), Buffer.concat([...sample("a", 0), ...sample("b", 7), end]));
  await expect(load({ data: folder })).rejects.toThrow("the classes of training and validation differ");
});

test("the index is kept: shards are read once, and again when they change or the kept one is spoiled", async () => {
  const [data, cache] = [await shards(), join(newFolder(), "cache")];
  const labels = async () => [...(await load({ data, cache })).train.labels];
  const shard = join(data, "train/train-0.tar");
  const whole = readFileSync(shard);
  const write = (bytes: Uint8Array, time: number): void => {
    writeFileSync(shard, bytes);
    utimesSync(shard, time, time);
  };
  write(whole, 1e9);
  const first = await labels();
  const kept = readdirSync(cache);
  expect(kept).toHaveLength(2);
  write(Buffer.alloc(whole.length, 1), 1e9); // same size and time
  expect(await labels()).toEqual(first);
  utimesSync(shard, 2e9, 2e9);
  await expect(labels()).rejects.toThrow("has no header at byte 0");
  write(whole, 1e9);
  for (const name of kept) writeFileSync(join(cache, name), "spoiled");
  expect(await labels()).toEqual(first);
  // A cache that cannot be written has no effect.
  expect([...(await load({ data, cache: join(shard, "not a folder") })).train.labels]).toEqual(first);
});
