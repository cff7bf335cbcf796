// The guarantee of the package: an exported model computes what the training graph's evaluation computes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Split, VOTERS } from "@benn/core";
import { EVALUATION, isStepAware, winners } from "@benn/core/internals";
import { loadDataset, openRun, resolveConfig, restoreMembers } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { load } from "../load.ts";
import { winnerOf } from "../tally.ts";
import { type Exported, exportRun } from "./export-run.ts";
import { verifyExport } from "./verify-export.ts";

const nets = [
  { name: "nin", width: 0.15 },
  { name: "nin", width: 0.15, binary: "all" },
  { name: "nin", width: 0.15, binary: "all-but-first" },
  { name: "resnet20", width: 0.5 },
];
const SIZE = 32 * 32 * 3;

const out = mkdtempSync(join(tmpdir(), "benn-packed-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

let exported: Exported;
let testSplit: Split;
/** Bytes and floats of the test images. */
const images: { bytes: Uint8Array; floats: Float32Array }[] = [];
/** The training graph's logits of every image, [images, 10] per member. */
const logits: Float32Array[] = [];
const alphas: number[] = [];

beforeAll(async () => {
  const folder = await trainNets(out, { members: nets.map((architecture) => ({ count: 1, architecture })) });
  exported = await exportRun(folder, { container, verify: true });
  const run = await openRun(folder);
  const config = resolveConfig(run.config, container);
  const loading = loadDataset(config, container);
  let next = await loading.next();
  while (!next.done) next = await loading.next();
  const data = next.value;
  testSplit = data.test;
  const count = data.test.labels.length;
  const floats = await data.test.images(Int32Array.from({ length: count }, (_, row) => row));
  const { mean, deviation } = data.preprocessing.find((own) => own.operation === "standardize")!;
  const bytes = Uint8Array.from(floats, (value, i) => Math.round(value * deviation[i % 3]! + mean[i % 3]!));
  for (let row = 0; row < count; row++) {
    const part = <T extends Uint8Array | Float32Array>(values: T): T => values.subarray(row * SIZE, (row + 1) * SIZE) as T;
    images.push({ bytes: part(bytes), floats: part(floats) });
  }
  for await (const { model, record } of restoreMembers(run, { config, data, container })) {
    // As core evaluates: the layers are prepared, then run batch by batch.
    for (const layer of model.layers) if (isStepAware(layer)) layer.prepare(EVALUATION);
    logits.push(tf.tidy(() => (model.apply(tf.tensor4d(floats, [count, 32, 32, 3])) as tf.Tensor).dataSync<"float32">().slice()));
    alphas.push(record.alpha!);
    model.dispose();
  }
}, 300_000);

test("every member gives every image the very logits of the training graph, from bytes and from floats, by either popcount", async () => {
  expect(exported.members).toBe(nets.length);
  expect(exported.warnings).toEqual([]);
  for (const kernel of ["scalar", "simd", "table"] as const) {
    const model = await load(exported.bytes, { kernel });
    expect(model.kernel).toBe(kernel);
    const different = nets.map(() => 0);
    for (const [row, { bytes, floats }] of images.entries()) {
      for (const input of kernel === "scalar" ? [bytes, floats] : [bytes]) {
        for (const vote of model.votes(input)) {
          const expected = logits[vote.member]!.subarray(row * 10, row * 10 + 10);
          if (vote.logits.some((logit, i) => logit !== expected[i])) different[vote.member]!++;
        }
      }
    }
    expect(different, kernel).toEqual([0, 0, 0, 0]);
  }
});

test("every vote gives every image the class of the training graph's, with all members and with as few as decide", async () => {
  const model = await load(exported.bytes);
  for (const voter of ["hard", "soft", "softmax"] as const) {
    const scores = container.resolve(VOTERS).create(voter).vote({ logits, alphas, classes: 10 });
    const expected = winners(scores, 10);
    for (const [row, { bytes }] of images.entries()) {
      const whole = model.predict(bytes, { voter });
      expect(whole.class).toBe(expected[row]);
      expect([...whole.scores]).toEqual([...scores.subarray(row * 10, row * 10 + 10)]);
      const early = model.predict(bytes, { voter, anytime: true });
      expect(early.class).toBe(whole.class);
      if (voter === "soft") expect(early.ran).toBe(nets.length);
    }
  }
});

test("the exporter verifies that itself on the pictures, and counts what differs", async () => {
  const none = { otherClass: 0, otherLogits: 0, largestDifference: 0 };
  const votes = { hard: 0, soft: 0, softmax: 0 };
  expect(exported.verification).toEqual({ images: images.length, pictures: true, members: nets.map(() => none), votes });
  const spoilt = logits.map((own) => own.slice());
  spoilt[1]![7] = 1e9; // image 0 becomes class 7
  spoilt[1]![20] = spoilt[1]![20]! * (1 + 2 ** -22); // image 2 keeps its class, by a small margin
  const scores = container.resolve(VOTERS).create("soft").vote({ logits: spoilt, alphas, classes: 10 });
  const found = await verifyExport(exported.bytes, {
    test: testSplit,
    logits: spoilt,
    votes: new Map([["soft", { vote: "soft", scores }]]),
  });
  expect(winnerOf(logits[1]!.subarray(0, 10))).not.toBe(7);
  expect(found.members).toEqual([none, { otherClass: 1, otherLogits: 2, largestDifference: expect.closeTo(1e9, -3) }, none, none]);
  expect(found.votes).toEqual({ soft: 1 });
});

test("a real image's class does not hang on one layer's rounding: the test images make the members differ", () => {
  const classes = logits.map((own) => images.map((_, row) => winnerOf(own.subarray(row * 10, row * 10 + 10))));
  for (const own of classes) expect(new Set(own).size).toBeGreaterThan(1);
  expect(classes[0]).not.toEqual(classes[1]);
});
