// `pnpm bench data`: images per second that each way of storing pictures provides, ready for the engine.
import { join } from "node:path";
import { type LoadedDataset } from "@benn/core";
import { createAugment, createRandom } from "@benn/core/internals";
import { imagenet, imagenetOptions } from "@benn/data-imagenet";
import { makeSets, type Sets } from "./data/make-sets.ts";
import { count, counts } from "./option-values.ts";
import { type Contestant, race } from "./race.ts";
import type { Subject } from "./subject.ts";

const BATCH = 64;

/** The measured modes: the usual augmentation, the reference's, and evaluation. */
const WAYS = [
  { way: "resized-crop", augment: "resized-crop", random: true },
  { way: "crop", augment: "crop", random: true },
  { way: "evaluation", augment: "crop", random: false },
] as const;

interface Options {
  readonly data?: string;
  readonly pictures: number;
  readonly rounds: number;
  readonly threads: readonly number[];
}

interface Reader extends Contestant {
  readonly way: string;
  readonly threads: number;
  readonly loaded: LoadedDataset;
}

export const data: Subject<Options> = {
  describe: (command) =>
    command
      .description(
        "Images a second of each way of storing pictures, turn by turn. Pictures come from FOLDER/train/CLASS and FOLDER/val/CLASS, or are made: 500×375, from CIFAR-10's.",
      )
      .option("--data <folder>", "of pictures")
      .option("--pictures <n>", "to read a turn", count, 256)
      .option("--rounds <n>", "in which everybody has a turn", count, 5)
      .option("--threads <list>", "that decode", counts, [1, 2])
      .addHelpText("after", "\nExamples:\n  pnpm bench data\n  pnpm bench data --data imagenet --pictures 1000 --threads 1,2,4"),
  async *measure({ data, pictures, rounds, threads }) {
    const sets = await makeSets(data, pictures);
    const readers = await openReaders(sets, threads);
    try {
      const { results, failures } = await race(readers, rounds); // the warm-up round starts the threads
      yield {
        title: `${sets.pictures} pictures of ${(sets.bytes / 1000).toFixed(0)} kB (in the database 256×256 pixels), to 224×224 float32, batches of ${BATCH}`,
        rows: results.map(({ contestant, median, least, most }) => ({
          "": contestant.name,
          way: contestant.way,
          threads: contestant.threads,
          "images/s": 1000 / median,
          least: 1000 / most,
          most: 1000 / least,
        })),
        notes: failures,
      };
    } finally {
      for (const { loaded } of readers) loaded.dispose?.();
      sets.remove();
    }
  },
};

async function openReaders(sets: Sets, threads: readonly number[]): Promise<Reader[]> {
  const readers: Reader[] = [];
  for (const name of ["folders", "shards", "lmdb"] as const) {
    for (const { way, augment, random } of WAYS) {
      for (const count of threads) {
        const options = imagenetOptions.parse({ data: sets[name], augment, threads: count, cache: join(sets[name], "cache") });
        const loaded = await imagenet(options).load({ validation: 0, random: createRandom(0, "bench") });
        readers.push({ name, way, threads: count, loaded, turn: () => readAll(loaded, random) });
      }
    }
  }
  return readers;
}

/** Milliseconds per image over all pictures, with the next batch prefetched as in training. */
async function readAll({ train: split }: LoadedDataset, random: boolean): Promise<number> {
  const rows = Int32Array.from(split.labels.keys());
  const batch = (at: number) => [rows.subarray(at, at + BATCH), random ? createAugment(0, 0, 0, at) : undefined] as const;
  const start = performance.now();
  for (let at = 0; at < rows.length; at += BATCH) {
    const images = split.images(...batch(at));
    if (at + BATCH < rows.length) split.prefetch?.(...batch(at + BATCH));
    await images;
  }
  return (performance.now() - start) / rows.length;
}
