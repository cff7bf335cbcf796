import { statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { type Safetensors } from "@benn/core/internals";
import { keptFile, type Watch } from "@benn/data-kit";
import { type Datum, readDatum } from "../lmdb/datum.ts";
import { LmdbFile } from "../lmdb/lmdb-file.ts";
import type { ClassList } from "./class-list.ts";
import type { Pictures, Source } from "./pictures.ts";
import { numberedClasses } from "./numbered-classes.ts";
import { IndexBuilder, indexArrays, StoredPictures } from "./stored-pictures.ts";

/** Enough bytes for all of a Datum except its pixels. */
const HEAD = 64;
/** A Datum's label follows its pixels, in a few bytes; more would be something else. */
const MOST_TAIL = 4096;

export interface LmdbOptions {
  readonly train: string;
  readonly test: string;
  readonly classes: ClassList | undefined;
  readonly cache: string;
  readonly watch: Watch;
}

/**
 * Reads databases in the format of Caffe's convert_imageset: one Datum per picture, in the order of their keys. Labels are in the values
 * themselves, so a few bytes of each are read once; the index is cached.
 * @throws UserError for a file that is not such a database, an empty one, or labels without a class
 */
export async function readLmdb({ train, test, classes, cache, watch }: LmdbOptions): Promise<Source> {
  const read = (path: string): Promise<Pictures> => readDatabase(databaseFile(path), { cache, watch });
  const [training, testing] = [await read(train), await read(test)];
  return { kind: "lmdb", train: training, test: testing, labels: numberedClasses({ training, testing, classes, train, test }) };
}

/** A database's file: by default LMDB puts it in a folder as data.mdb. @throws UserError if it does not exist */
export function databaseFile(path: string): string {
  const file = [join(path, "data.mdb"), path].find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) throw new UserError(`imagenet: there is no LMDB database "${path}". Name it with dataset.train and val.`);
  return file;
}

async function readDatabase(path: string, { cache, watch }: Pick<LmdbOptions, "cache" | "watch">): Promise<Pictures> {
  const index = await keptFile(cache, { paths: [path] }, () => indexDatabase(path, watch));
  return new StoredPictures(indexArrays(index), { paths: [path], form: "datum", nameOf: (row) => `${path}, key ${keyOf(path, row)}` });
}

async function indexDatabase(path: string, watch: Watch): Promise<Safetensors> {
  const file = new LmdbFile(path);
  try {
    const builder = new IndexBuilder();
    for (const { key, offset, length } of file.entries()) {
      if (builder.count % 1000 === 0) await watch(`indexing ${path}`, builder.count, file.meta.entries);
      const tail = (from: number): Buffer => file.read(offset + from, Math.min(length - from, MOST_TAIL));
      const label = labelOf(
        () => readDatum(file.read(offset, Math.min(HEAD, length)), length, tail),
        `"${path}", key ${key.toString("latin1")}`,
      );
      builder.push({ label, offset, length, file: 0 });
    }
    return builder.finish();
  } finally {
    file.close();
  }
}

function labelOf(read: () => Datum, name: string): number {
  try {
    return read().label;
  } catch (cause) {
    if (cause instanceof UserError) throw cause; // the database itself
    throw new UserError(`imagenet: ${name}: ${(cause as Error).message}. Make the database again.`, { cause });
  }
}

/** The key of a row: read when a message needs it, instead of stored for every picture. */
function keyOf(path: string, row: number): string {
  const file = new LmdbFile(path);
  try {
    let at = 0;
    for (const { key } of file.entries()) if (at++ === row) return key.toString("latin1");
    return `number ${row}`;
  } finally {
    file.close();
  }
}
