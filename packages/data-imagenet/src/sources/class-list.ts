import { readFileSync } from "node:fs";
import { UserError } from "@benn/core";

/** The classes of a file, in the order of their labels. */
export interface ClassList {
  readonly synsets: readonly string[];
  readonly names: readonly string[];
  /** Label of a synset, undefined if it is not listed. */
  label(synset: string): number | undefined;
}

/**
 * Reads a list of classes, one per line: `n01440764`, `n01440764 tench, Tinca tinca` (Caffe's synset_words.txt, Kaggle's
 * LOC_synset_mapping.txt) or `0<tab>n01440764<tab>tench`. Skips lines without a synset, such as a heading.
 * @throws UserError for a file that cannot be read, has fewer than two classes, or names one twice
 */
export function readClassList(path: string): ClassList {
  const synsets: string[] = [];
  const names: string[] = [];
  for (const line of textOf(path).split(/\r?\n/)) {
    const match = /^(?:(\d+)[\t ,]+)?(n\d{8})(?:[\t ,]+(.*))?$/.exec(line.trim());
    const [, index, synset, name] = match ?? [];
    if (synset === undefined) continue;
    if (index !== undefined && Number(index) !== synsets.length) {
      throw new UserError(`imagenet: "${path}" has ${synset} at ${index}, where ${synsets.length} should come. Put the classes in order.`);
    }
    synsets.push(synset);
    names.push(name || synset);
  }
  const labels = new Map(synsets.map((synset, label) => [synset, label]));
  if (labels.size < synsets.length) throw new UserError(`imagenet: "${path}" names a class twice. Let each have one line.`);
  if (synsets.length < 2) {
    throw new UserError(`imagenet: "${path}" lists ${synsets.length} classes. It needs a line a class, such as "n01440764 tench".`);
  }
  return { synsets, names: distinct(names, synsets), label: (synset) => labels.get(synset) };
}

/** ImageNet has two classes "crane" and two classes "maillot": such names are followed by their synset. */
function distinct(names: readonly string[], synsets: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return names.map((name, label) => (times.get(name) === 1 ? name : `${name} (${synsets[label]})`));
}

/** @throws UserError if the file cannot be read */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, ""); // a byte order mark, which editors on Windows write
  } catch (error) {
    throw new UserError(`imagenet: "${path}" cannot be read (${(error as NodeJS.ErrnoException).code}). Name a file that is there.`, {
      cause: error,
    });
  }
}
