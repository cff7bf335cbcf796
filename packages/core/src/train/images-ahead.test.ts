import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import { DATASETS, type LoadedDataset, type Split } from "../dataset.ts";
import { folderBytes } from "../node/folder-bytes.ts";
import { train } from "../node/train.ts";
import { imagesAhead } from "./images-ahead.ts";
import { toyContainer } from "./toy-problem.ts";

beforeAll(() => tf.setBackend("cpu"));

/** Reads on prefetch and returns what it read; counts how often a prefetch matched the next request. */
function readingAhead(split: Split, counts: { right: number; asked: number }): Split {
  let ahead: { rows: string; images: Float32Array | Promise<Float32Array> } | undefined;
  return {
    labels: split.labels,
    images(rows, augment) {
      counts.asked++;
      const hinted = ahead?.rows === rows.join() ? ahead.images : undefined;
      ahead = undefined;
      if (hinted) counts.right++;
      return hinted ?? split.images(rows, augment);
    },
    prefetch(rows, augment) {
      ahead = { rows: rows.join(), images: split.images(rows, augment) };
    },
  };
}

test("a dataset that reads ahead is told of every batch but the first, and the run's bytes stay the same", async () => {
  const container = toyContainer();
  const counts = { right: 0, asked: 0 };
  container.resolve(DATASETS).add("blobs-ahead", {
    description: "",
    create: () => ({
      async load(options): Promise<LoadedDataset> {
        const data = await container.resolve(DATASETS).create("blobs").load(options);
        return { ...data, train: readingAhead(data.train, counts), test: readingAhead(data.test, counts) };
      },
    }),
  });
  const run = async (dataset: string): Promise<Record<string, string>> => {
    const plugins = { dataset, architecture: "linear", binarizer: "none", scheme: "bag", voter: "sum", backend: "cpu" };
    const config: Config = { ...plugins, members: 2, epochs: 3, batchSize: 32, scoreEvery: 3, name: "toy" };
    let folder = "";
    const out = await mkdtemp(join(tmpdir(), "benn-ahead-"));
    for await (const event of train(config, { container, out, onFolder: (path) => (folder = path) })) void event;
    // The configuration and its event name the dataset, which differs.
    return Object.fromEntries(Object.entries(await folderBytes(folder)).filter(([name]) => /^(?:members|weights)/.test(name)));
  };
  const plain = await run("blobs");
  expect(Object.keys(plain).length).toBeGreaterThan(6);
  expect(await run("blobs-ahead")).toEqual(plain);
  // Each member: three epochs of three batches, the drawn rows scored in two or three, then three of train and two of test.
  const passes = 2 * (3 + 1 + 2);
  expect(counts.asked - counts.right).toBe(1 + passes); // one image is run before the first epoch
  expect(counts.right).toBeGreaterThan(passes);
});

test("the hint comes after the request and before its images are awaited, with a generator of its own", async () => {
  const said: string[] = [];
  const split: Split = {
    labels: new Int32Array(4),
    images: async (rows, augment) => {
      said.push(`images ${rows.join()} ${augment?.random.bits()}`);
      return new Float32Array();
    },
    prefetch: (rows, augment) => void said.push(`prefetch ${rows.join()} ${augment?.random.bits()}`),
  };
  let made = 0;
  const augment = () => ({ random: { bits: () => ++made } }) as never;
  const pending = imagesAhead(split, { rows: Int32Array.of(0, 1), augment }, { rows: Int32Array.of(2), augment });
  expect(said).toEqual(["images 0,1 1", "prefetch 2 2"]);
  await pending;
  void imagesAhead(split, { rows: Int32Array.of(2) }, { rows: Int32Array.of() });
  expect(said.slice(2)).toEqual(["images 2 undefined"]);
});
