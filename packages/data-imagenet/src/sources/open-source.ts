import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { listFolder, type Watch } from "@benn/data-kit";
import { type ClassList, textOf } from "./class-list.ts";
import { readFolders } from "./folders.ts";
import { readLmdb } from "./lmdb.ts";
import { neighbourAmong, neighbourAt, neighbourIn } from "./name-neighbour.ts";
import type { Source } from "./pictures.ts";
import { readShards, shardFiles } from "./shards.ts";

export interface SourceOptions {
  readonly data: string;
  readonly source: Source["kind"] | undefined;
  /** Relative to `data`, or other paths; undefined: the usual names. */
  readonly train: string | undefined;
  readonly val: string | undefined;
  readonly valLabels: string | undefined;
  readonly classes: ClassList | undefined;
  readonly cache: string;
  readonly watch: Watch;
}

/** Usual names of the two parts, the likeliest first. */
const NAMES = {
  train: ["train", "ilsvrc12_train_lmdb", "training"],
  val: ["val", "ilsvrc12_val_lmdb", "validation", "valid"],
} as const;

/**
 * Detects how the pictures of a folder are stored, and reads the index.
 * @throws UserError if the folder is missing or contains none of the three forms, and like each reader
 */
export async function openSource(options: SourceOptions): Promise<Source> {
  const { data, classes, cache, watch } = options;
  const stats = statSync(data, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) {
    const neighbour = stats?.isFile() ? neighbourAt(data) : undefined;
    if (neighbour) throw neighbour;
    throw new UserError(`imagenet: data is "${data}", which is not a folder. Name the folder with the pictures.`);
  }
  const [train, test] = [partOf(data, "train", options.train), partOf(data, "val", options.val)];
  const kind = options.source ?? kindOf(data, train);
  if (kind === undefined) {
    const neighbour = neighbourIn(data) ?? (existsSync(train) ? neighbourIn(train) : undefined);
    if (neighbour) throw neighbour;
    throw new UserError(
      `imagenet: "${data}" holds no pictures that are known: neither train/ with folders of classes, nor databases such as ` +
        `ilsvrc12_train_lmdb/, nor shards such as train/*.tar. Name the parts with dataset.train and val.`,
    );
  }
  if (kind === "folders") {
    const beside = join(data, "val.txt");
    const testLabels = options.valLabels ?? (existsSync(beside) ? beside : undefined);
    if (options.valLabels !== undefined) textOf(options.valLabels);
    return readFolders({ train, test, testLabels, classes, watch });
  }
  if (kind === "lmdb") return readLmdb({ train, test, classes, cache, watch });
  return readShards({ train: shardsOf(data, train, "train"), test: shardsOf(data, test, "val"), classes, cache, watch });
}

function partOf(data: string, part: "train" | "val", asked: string | undefined): string {
  if (asked !== undefined) return existsSync(join(data, asked)) ? join(data, asked) : asked;
  return NAMES[part].map((name) => join(data, name)).find((path) => existsSync(path)) ?? join(data, part);
}

function kindOf(data: string, train: string): Source["kind"] | undefined {
  if (!existsSync(train)) return shardFiles(data).length > 0 ? "shards" : undefined;
  if (!statSync(train).isDirectory()) return train.endsWith(".tar") ? "shards" : "lmdb";
  if (existsSync(join(train, "data.mdb"))) return "lmdb";
  if (shardFiles(train).length > 0) return "shards";
  return listFolder(train, "imagenet").some(({ kind }) => kind === "folder") ? "folders" : neighbourIn(train) ? undefined : "folders";
}

/** Shards in the part's own folder, or in a common one with the part in their names. */
function shardsOf(data: string, path: string, part: "train" | "val"): string[] {
  const files = existsSync(path) ? shardFiles(path) : shardFiles(data, (name) => name.includes(part));
  const neighbour = neighbourAmong(files);
  if (neighbour) throw neighbour;
  if (files.length > 0) return files;
  throw new UserError(
    `imagenet: there are no shards "${join(path, "*.tar")}" or "${join(data, `*${part}*.tar`)}". Name them with dataset.${part}.`,
  );
}
