// Compares evaluation with mirror images to two evaluations: of the images, and of images that the dataset mirrors.
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { DATASETS, type LoadedDataset, type Split } from "../dataset.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { type Ballot, VOTERS } from "../voter.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { runToy, toyConfig } from "./run-toy.ts";

const SIDE = 4;

beforeAll(() => tf.setBackend("cpu"));

/** By a plain loop over images of SIDE × SIDE × 1. */
const mirrored = (split: Split): Split => ({
  ...split,
  images: async (rows) => {
    const images = await split.images(rows);
    return images.map((_, i) => images[i - (i % SIDE) + SIDE - 1 - (i % SIDE)]!);
  },
});

test("each member votes by the mean of its logits of image and mirror image, by every voter, and what is stored stays", async () => {
  const container = toyContainer();
  container.resolve(DATASETS).add("mirrored", {
    description: "",
    create: () => ({
      async load(options): Promise<LoadedDataset> {
        const data = await container.resolve(DATASETS).create("blobs").load(options);
        return { ...data, test: mirrored(data.test), provenance: { source: "mirrored" } };
      },
    }),
  });
  const ballots: Ballot[] = [];
  const fitted: Ballot[] = [];
  container.resolve(VOTERS).add("watched", {
    description: "",
    compared: true,
    create: () => ({
      fit: (ballot) => void fitted.push(ballot),
      vote: (ballot) => {
        ballots.push(ballot);
        return Float64Array.from(ballot.logits.at(-1)!);
      },
    }),
  });
  const { folder } = await runToy({ ...toyConfig, validation: 0.2 }, { container });
  const stored = await folderBytes(folder);
  const { numTensors } = tf.memory();
  const evaluate = async (own: { mirror?: boolean; dataset?: { name: string } }) => {
    ballots.length = fitted.length = 0;
    const evaluation = await evaluateRun(folder, { container, ...own });
    return { evaluation, logits: ballots.at(-1)!.logits, held: fitted.at(-1)?.logits };
  };
  const plain = await evaluate({});
  const other = await evaluate({ dataset: { name: "mirrored" } });
  const both = await evaluate({ mirror: true });
  expect(both.logits).toEqual(plain.logits.map((own, m) => own.map((logit, i) => (logit + other.logits[m]![i]!) / 2)));
  expect(both.logits).not.toEqual(plain.logits);
  expect(both.held).toEqual(plain.held);
  expect([plain, other, both].map(({ evaluation }) => evaluation.mirror)).toEqual([false, false, true]);
  // The order of voters is the container's: each receives the same ballot.
  expect(Object.keys(both.evaluation.staged[0]!["accuracy"]!)).toEqual(["sum", "watched"]);
  expect(both.evaluation.members.map(({ agreement }) => agreement)).toEqual([1, 1]);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(await folderBytes(folder)).toEqual(stored);
});

test("the rows of mirror images are counted like others", async () => {
  const container = toyContainer();
  const { folder } = await runToy(toyConfig, { container });
  const rows: (readonly [number, number])[] = [];
  await evaluateRun(folder, { container, mirror: true, onProgress: ({ done, total }) => void rows.push([done, total]) });
  expect(rows.slice(0, 5)).toEqual([32, 60, 92, 120, 152].map((done) => [done, 240]));
});
