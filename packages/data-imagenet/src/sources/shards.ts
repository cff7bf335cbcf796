import { existsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "@benn/core";
import { type Safetensors } from "@benn/core/internals";
import { keptFile, listFolder, type Watch } from "@benn/data-kit";
import type { ClassList } from "./class-list.ts";
import { numberedClasses } from "./numbered-classes.ts";
import type { Pictures, Source } from "./pictures.ts";
import { IndexBuilder, indexArrays, StoredPictures } from "./stored-pictures.ts";
import { tarEntries } from "./tar-headers.ts";

const PICTURE = /^(?:jpe?g|png|webp)$/;

export interface ShardOptions {
  /** Folders with .tar files, or one .tar file. */
  readonly train: readonly string[];
  readonly test: readonly string[];
  readonly classes: ClassList | undefined;
  readonly cache: string;
  readonly watch: Watch;
}

/**
 * Reads the index of WebDataset shards: tar archives in which a sample is a picture `KEY.jpg` followed or preceded by its label `KEY.cls`.
 * The label is a number from 0, or a synset of the class list. Headers are read once, and the index is cached.
 * @throws UserError for truncated shards, a picture without a label, a label without a picture, or labels without a class
 * @see https://github.com/webdataset/webdataset#the-webdataset-format
 */
export async function readShards({ train, test, classes, cache, watch }: ShardOptions): Promise<Source> {
  const read = async (paths: readonly string[]): Promise<Pictures> => {
    const salt = classes?.synsets.join(",") ?? "";
    const index = await keptFile(cache, { paths, salt }, () => indexShards(paths, classes, watch));
    return new StoredPictures(indexArrays(index), { paths, form: "file", nameOf: (_, place) => `${place.path}, ${nameAt(place)}` });
  };
  const [training, testing] = [await read(train), await read(test)];
  const [trainName, testName] = [train[0] ?? "", test[0] ?? ""];
  return {
    kind: "shards",
    train: training,
    test: testing,
    labels: numberedClasses({ training, testing, classes, train: trainName, test: testName }),
  };
}

/** The .tar files in a folder, in order, or the named one. @throws UserError if there are none */
export function shardFiles(path: string, keep: (name: string) => boolean = () => true): string[] {
  if (!existsSync(path)) throw new UserError(`imagenet: there is no "${path}". Name folders of shards with dataset.train and val.`);
  if (!statSync(path).isDirectory()) return [path];
  return listFolder(path, "imagenet").flatMap(({ name, kind }) =>
    kind === "file" && name.endsWith(".tar") && keep(name) ? [join(path, name)] : [],
  );
}

async function indexShards(paths: readonly string[], classes: ClassList | undefined, watch: Watch): Promise<Safetensors> {
  const builder = new IndexBuilder();
  for (const [file, path] of paths.entries()) {
    await watch("indexing shards", file, paths.length);
    let sample: { key: string; offset: number; size: number; label: number } | undefined;
    const close = (): void => {
      if (!sample || (sample.size < 0 && sample.label < 0)) return; // neither picture nor label: other files of the dataset
      if (sample.size < 0) throw new UserError(`imagenet: "${path}" has a label but no picture "${sample.key}". Make the shard again.`);
      if (sample.label < 0) throw new UserError(`imagenet: "${path}" has no label "${sample.key}.cls". Make the shard with one a picture.`);
      builder.push({ label: sample.label, offset: sample.offset, length: sample.size, file });
    };
    for (const entry of tarEntries(path)) {
      const base = entry.name.lastIndexOf("/") + 1;
      const dot = entry.name.indexOf(".", base);
      if (dot <= base) continue; // without an ending, or hidden
      const [key, ending] = [entry.name.slice(0, dot), entry.name.slice(dot + 1).toLowerCase()];
      if (sample?.key !== key) {
        close();
        sample = { key, offset: 0, size: -1, label: -1 };
      }
      if (PICTURE.test(ending)) [sample.offset, sample.size] = [entry.offset, entry.size];
      else if (ending === "cls")
        sample.label = labelOf(entry.size > 64 ? "…" : entry.read().toString("utf8").trim(), { classes, path, key });
    }
    close();
  }
  return builder.finish();
}

function labelOf(text: string, { classes, path, key }: { classes: ClassList | undefined; path: string; key: string }): number {
  const label = classes?.label(text) ?? (/^\d{1,6}$/.test(text) ? Number(text) : -1);
  if (label >= 0) return label;
  const remedy = /^n\d{8}$/.test(text) ? "Name the list of classes with dataset.classes." : "It should be a number from 0.";
  throw new UserError(`imagenet: "${path}" has the label "${text}" in "${key}.cls". ${remedy}`);
}

/** The name of the file at an offset: read when a message needs it, instead of stored for every picture. */
function nameAt({ path, offset }: { path: string; offset: number }): string {
  for (const entry of tarEntries(path)) if (entry.offset === offset) return entry.name;
  return `${basename(dirname(path))} at byte ${offset}`;
}
