import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { BACKENDS } from "../backend.ts";
import { METRICS } from "../metric.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { checksum } from "./checksum.ts";
import { folderBytes } from "./folder-bytes.ts";
import { openEnsemble } from "./open-ensemble.ts";
import { readMember } from "./read-member.ts";
import { runToy, toyConfig } from "./run-toy.ts";
import { openStoredLogits } from "./stored-logits.ts";

const container = toyContainer();
const file = (member: number, split: string): string => join(folder, "members", `00${member}`, `logits.${split}.f32`);
let folder = "";
let bytes: Buffer;

beforeAll(async () => {
  ({ folder } = await runToy({ ...toyConfig, validation: 0.2 }, { container }));
  bytes = await readFile(file(1, "test"));
});
afterAll(() => rm(folder, { recursive: true }));

test("logits that are stored and whole are taken, no backend is asked, and nothing is written", async () => {
  const before = await folderBytes(folder);
  const idle = toyContainer();
  let asked = 0;
  idle.resolve(BACKENDS).add("idle", {
    description: "",
    create: () => ({ probe: async () => ({ ok: true, description: "" }), activate: async () => void asked++ }),
  });
  const ensemble = await openEnsemble(folder, { container: idle, backend: { name: "idle" } });
  expect(asked).toBe(0);
  expect(ensemble).toMatchObject({ folder, classes: ["a", "b", "c"], planned: 2, ended: true, voter: "sum", mirror: false, notes: [] });
  expect(ensemble.members).toEqual(
    [0, 1].map((member) => ({ member, architecture: "linear", binarizer: "none", alpha: 1, computed: [], agreement: {} })),
  );
  const stored = await Promise.all([0, 1].map(async (member) => (await readMember(folder, member)).logits));
  expect(Object.keys(ensemble.splits)).toEqual(["train", "validation", "test"]);
  for (const split of ["train", "validation", "test"] as const) {
    const { labels, logits } = ensemble.splits[split]!;
    expect(logits(0, labels.length)).toEqual(stored.map((own) => own[split]));
    expect(logits(3, 5)).toEqual(stored.map((own) => own[split]!.slice(9, 15)));
  }
  expect(await folderBytes(folder)).toEqual(before);
});

test("what is damaged or gone is computed from the weights, to the same logits, and said", async () => {
  const { splits } = await openEnsemble(folder, { container });
  const { numTensors } = tf.memory();
  await truncate(file(1, "test"), 12);
  await rm(file(0, "train"));
  const rows: (readonly [string, number, number])[] = [];
  const mended = await openEnsemble(folder, { container, onProgress: ({ what, done, total }) => void rows.push([what, done, total]) });
  expect(mended.members.map(({ computed }) => computed)).toEqual([["train"], ["test"]]);
  expect(mended.notes).toEqual([
    expect.stringMatching(/000\/logits\.train\.f32: cannot be read: it does not exist \(ENOENT\); computed from the weights\.$/),
    expect.stringMatching(/001\/logits\.test\.f32: has 12 bytes, but 60 rows of 3 classes take 720; computed from the weights\.$/),
  ]);
  for (const split of ["train", "validation", "test"] as const) {
    const { labels } = splits[split]!;
    expect(mended.splits[split]!.logits(0, labels.length)).toEqual(splits[split]!.logits(0, labels.length));
  }
  expect(rows.at(0)).toEqual(["making blobs", 90, 90]);
  expect(rows.slice(1, 7)).toEqual([0, 1, 2, 3, 4, 5].map((done) => ["reading stored logits, files", done, 6]));
  expect(rows.slice(7)).toEqual([32, 64, 90, 122, 150].map((done) => [`logits of member ${done <= 90 ? 1 : 2} of 2`, done, 150]));
  expect(tf.memory().numTensors).toBe(numTensors);
  const stop = new AbortController();
  const stopped = openEnsemble(folder, {
    container,
    signal: stop.signal,
    onProgress: ({ done }) => done === 64 && stop.abort(new Error("enough")),
  });
  await expect(stopped).rejects.toThrow("enough");
  await new Promise((resolve) => setTimeout(resolve, 0)); // for pending batches
  expect(tf.memory().numTensors).toBe(numTensors);
});

test("a signal ends it between two files of stored logits, where nothing is computed", async () => {
  const stop = new AbortController();
  const files: number[] = [];
  const stopped = openEnsemble(folder, {
    container,
    signal: stop.signal,
    onProgress: ({ what, done }) => {
      if (!what.startsWith("reading stored")) return;
      files.push(done);
      if (done === 2) stop.abort(new Error("enough"));
    },
  });
  await expect(stopped).rejects.toThrow("enough");
  expect(files).toEqual([0, 1, 2]);
});

test("run again, members are compared with what was stored, where that is whole", async () => {
  const { members, notes } = await openEnsemble(folder, { container, again: true, splits: ["test"] });
  expect(members.map(({ computed }) => computed)).toEqual([
    ["validation", "test"],
    ["validation", "test"],
  ]);
  expect(members.map(({ agreement }) => agreement)).toEqual([{ validation: 1, test: 1 }, { validation: 1 }]);
  expect(notes).toEqual([]);
});

test("on other data test rows are theirs, and held-out rows are the run's own", async () => {
  const { splits, notes, members } = await openEnsemble(folder, { container, dataset: { name: "blobs", rows: 30 } });
  expect(Object.keys(splits)).toEqual(["validation", "test"]);
  expect(members.map(({ computed }) => computed)).toEqual([["test"], ["test"]]);
  expect(notes).toEqual([expect.stringMatching(/^These are other data than the run's \(rows\.train was 90, now is 30\)\.$/)]);
});

test("mirror images are run on held-out and test rows unless training rows are asked for", async () => {
  const { splits, members } = await openEnsemble(folder, { container, mirror: true });
  expect(Object.keys(splits)).toEqual(["validation", "test"]);
  expect(members[0]!.computed).toEqual(["validation", "test"]);
});

test("every registered metric is there, the run's own first; one that needs an option is left out in a sentence", async () => {
  const other = toyContainer();
  const metric = { title: "spread", unit: "", better: "lower", of: () => 1 } as const;
  other.resolve(METRICS).add("spread", { description: "", create: () => metric });
  other.resolve(METRICS).add("at", { description: "", options: z.object({ place: z.int() }), create: () => metric });
  other.resolve(METRICS).add("many", { description: "", create: () => ({ ...metric, applies: (classes) => classes > 3 }) });
  const { metrics, notes } = await openEnsemble(folder, { container: other, splits: [] });
  expect(Object.keys(metrics)).toEqual(["accuracy", "loss", "spread"]);
  expect(notes).toEqual([expect.stringMatching(/at.*place.* It is not measured\.$/)]);
});

test("logits that stay on disk are read by rows, and refused when they were changed", async () => {
  const path = join(folder, "kept.f32");
  await writeFile(path, bytes);
  const options = { rows: 60, classes: 3, sha256: checksum(bytes) };
  const [kept, read] = [
    await openStoredLogits(path, { ...options, keep: true }),
    await openStoredLogits(path, { ...options, keep: false }),
  ];
  for (const [from, to] of [
    [0, 60],
    [7, 9],
    [59, 60],
    [4, 4],
  ] as const)
    expect(read(from, to)).toEqual(Float32Array.from(kept(from, to)));
  await expect(openStoredLogits(path, { ...options, sha256: checksum("other"), keep: false })).rejects.toThrow("has SHA-256");
});
