// `pnpm bench data`: images a second that each way of storing pictures gives, ready for the engine.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BennPlugin, createContainer, createRandom, type LoadedDataset } from "@benn/core";
import { train } from "@benn/core/node";
import { imagenet, imagenetOptions } from "@benn/data-imagenet";
import { makeSets, type Sets } from "./data/make-sets.ts";

const BATCH = 64;

/** What is measured: the usual augmentation, the reference's, and evaluation. */
const WAYS = [
  { name: "resized-crop", augment: "resized-crop", random: true },
  { name: "crop", augment: "crop", random: true },
  { name: "evaluation", augment: "crop", random: false },
] as const;

export async function data(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string" },
      pictures: { type: "string", default: "256" },
      rounds: { type: "string", default: "5" },
      threads: { type: "string", default: "1,2" },
      engine: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(`pnpm bench data [--data FOLDER] [--pictures N] [--rounds N] [--threads 1,2] [--engine]

Pictures come from FOLDER/train/CLASS and FOLDER/val/CLASS, or are made: 500×375, from CIFAR-10's. Each round gives every
source, way and number of threads its turn. --engine also trains ResNet-18 on them for a few steps, for comparison.`);
    return;
  }
  const sets = await makeSets(values.data, Number(values.pictures));
  try {
    console.log(
      `${sets.pictures} pictures of ${(sets.bytes / 1000).toFixed(0)} kB (in the database 256×256 pixels), to 224×224 float32, batches of ${BATCH}:`,
    );
    console.log("images a second, median of rounds (least to most)\n");
    await race(sets, values.threads.split(",").map(Number), Number(values.rounds));
    if (values.engine) await measureEngine(sets);
  } finally {
    sets.remove();
  }
}

async function race(sets: Sets, threads: readonly number[], rounds: number): Promise<void> {
  const contestants: { name: string; rates: number[]; loaded: LoadedDataset; random: boolean }[] = [];
  for (const source of ["folders", "shards", "lmdb"] as const) {
    for (const { name, augment, random } of WAYS) {
      for (const count of threads) {
        const options = imagenetOptions.parse({ data: sets[source], augment, threads: count, cache: join(sets[source], "cache") });
        const loaded = await imagenet(options).load({ validation: 0, random: createRandom(0, "bench") });
        contestants.push({
          name: `${source.padEnd(8)} ${name.padEnd(13)} ${count} thread${count > 1 ? "s" : " "}`,
          rates: [],
          loaded,
          random,
        });
      }
    }
  }
  for (let round = -1; round < rounds; round++) {
    for (const { rates, loaded, random } of contestants) {
      const rate = await measure(loaded, random);
      if (round >= 0) rates.push(rate); // the first starts the threads
    }
  }
  for (const { name, rates, loaded } of contestants) {
    const sorted = rates.toSorted((a, b) => a - b).map((rate) => rate.toFixed(0));
    console.log(`  ${name}  ${(sorted[sorted.length >> 1] ?? "").padStart(6)}  (${sorted[0]} to ${sorted.at(-1)})`);
    loaded.dispose?.();
  }
}

/** Images a second over all pictures, the next batch being read ahead as in training. */
async function measure({ train: split }: LoadedDataset, random: boolean): Promise<number> {
  const rows = Int32Array.from(split.labels.keys());
  const batch = (at: number) => [rows.subarray(at, at + BATCH), random ? createRandom(at, "bench") : undefined] as const;
  const start = performance.now();
  for (let at = 0; at < rows.length; at += BATCH) {
    const images = split.images(...batch(at));
    if (at + BATCH < rows.length) split.prefetch?.(...batch(at + BATCH));
    await images;
  }
  return (1000 * rows.length) / (performance.now() - start);
}

/** Trains ResNet-18 on the folders for an epoch of a few batches, with the engine in WebAssembly. */
async function measureEngine(sets: Sets): Promise<void> {
  const names = ["arch-resnet", "backend-wasm", "binarize", "data-imagenet", "ensemble-bagging", "vote"];
  const container = createContainer();
  for (const name of names) await ((await import(`@benn/${name}`)) as { default: BennPlugin }).default.register(container);
  const config = {
    dataset: { name: "imagenet", data: sets.folders, trainRows: 64, testRows: 10 },
    architecture: "resnet18",
    members: 1,
    epochs: 1,
    batchSize: 16,
    name: "bench",
  };
  for await (const event of train(config, { container, out: join(sets.folders, "../runs") })) {
    if (event.type === "epoch")
      console.log(`\n  ResNet-18, a training epoch of 64 images: ${event.clock.imagesPerSecond?.toFixed(2)} images a second`);
  }
}
