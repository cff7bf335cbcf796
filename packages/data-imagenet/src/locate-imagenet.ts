import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Usual folders of datasets, and usual names of this one. */
const PLACES = (): string[] => [
  process.cwd(),
  join(process.cwd(), "data"),
  homedir(),
  ...["data", "datasets"].map((name) => join(homedir(), name)),
  "/data",
  "/datasets",
  "/mnt/data",
];
const NAMES = ["imagenet", "ImageNet", "imagenet-1k", "ILSVRC2012", "ILSVRC/Data/CLS-LOC"];

/**
 * Folder of ImageNet: the given one, the working folder, or one with a usual name in a usual place. Only names are checked.
 * @returns undefined if there is none: it may be anywhere
 */
export function locateImagenet({ data }: { readonly data?: string | undefined }, places: readonly string[] = PLACES()): string | undefined {
  const given = data === undefined ? [] : [data];
  return [...given, process.cwd(), ...places.flatMap((place) => NAMES.map((name) => join(place, name)))].find(isImagenet);
}

/** Whether a folder has training pictures in one of the three forms: synset folders, shards or Caffe's database. */
function isImagenet(folder: string): boolean {
  if (existsSync(join(folder, "ilsvrc12_train_lmdb", "data.mdb"))) return true;
  try {
    return readdirSync(join(folder, "train")).some((name) => name === "data.mdb" || /^n\d{8}$|^[^.].*\.tar$/.test(name));
  } catch {
    return false; // missing, or not readable
  }
}
