import { registerWasmBackend } from "@benn/backend-wasm";
import { type Preprocessing, type Split } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileModel } from "./compile-model.ts";
import { encodeModel } from "./encode-model.ts";
import { preparationOf } from "./preparation-of.ts";
import { graphLogits, verifyExport } from "./verify-export.ts";

const [SHAPE, SIZE, IMAGES] = [[2, 3, 3] as const, 18, 252];
const mean = Float32Array.of(120, 130, 110);
const deviation = Float32Array.of(64, 60, 70);
const standardize = { operation: "standardize", mean, deviation } as const;

/** Two nets of one dense layer. */
let nets: tf.LayersModel[];
beforeAll(async () => {
  await registerWasmBackend();
  await tf.setBackend("benn-wasm");
  const random = createRandom(3, "nets");
  nets = [0, 1].map(() => {
    const layers = [
      tf.layers.inputLayer({ inputShape: [...SHAPE] }),
      tf.layers.flatten({ name: "flat" }),
      tf.layers.dense({ name: "dense", units: 3 }),
    ];
    const model = tf.sequential({ layers });
    for (const weight of model.weights) {
      const length = weight.shape.reduce<number>((n, side) => n * (side ?? 1), 1);
      const values = Float32Array.from({ length }, () => random.normal());
      tf.tidy(() => void weight.write(tf.tensor(values, weight.shape as number[])));
    }
    return model;
  });
});
afterAll(() => nets.forEach((net) => net.dispose()));

/** Floats of images that contain every byte value. */
function splitOf(floatOf: (byte: number, i: number) => number): Split & { readonly asked: number[][] } {
  const random = createRandom(4, "pictures");
  const floats = Float32Array.from({ length: IMAGES * SIZE }, (_, i) => floatOf(i < 256 ? i : random.integer(256), i % SIZE));
  const asked: number[][] = [];
  return {
    asked,
    labels: new Int32Array(IMAGES),
    images: (rows) => {
      asked.push([...rows]);
      return Float32Array.from([...rows].flatMap((row) => [...floats.subarray(row * SIZE, (row + 1) * SIZE)]));
    },
  };
}
const standardized = (byte: number, i: number) => (byte - mean[i % 3]!) / deviation[i % 3]!;

async function fileOf(preprocessing: Preprocessing): Promise<Uint8Array> {
  const members = [];
  const tensors = new Map();
  for (const [i, net] of nets.entries()) {
    const compiled = await compileModel(net, `${i}.`);
    for (const [name, tensor] of compiled.tensors) tensors.set(name, tensor);
    members.push({ architecture: "dense", alpha: 1 + i, nodes: compiled.nodes });
  }
  const preparation = preparationOf({ preprocessing, shape: SHAPE }, { whitening: true });
  for (const [name, tensor] of preparation.tensors) tensors.set(name, tensor);
  return encodeModel({ shape: SHAPE, labels: ["a", "b", "c"], voter: "soft", ...preparation.header }, members, tensors);
}

async function verified(preprocessing: Preprocessing, test: Split) {
  const before = tf.memory().numTensors;
  const logits = [await graphLogits(nets[0]!, test), await graphLogits(nets[1]!, test)];
  const scores = Float64Array.from(logits[0]!, (logit, i) => logit + 2 * logits[1]![i]!);
  const seen: number[][] = [];
  const verification = await verifyExport(await fileOf(preprocessing), {
    test,
    logits,
    votes: new Map([["both", { vote: "soft", scores }]]),
    onProgress: ({ images, of }) => void seen.push([images, of]),
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(seen).toEqual([
    [250, IMAGES],
    [IMAGES, IMAGES],
  ]);
  const { pictures, ...rest } = verification;
  const none = { otherClass: 0, otherLogits: 0, largestDifference: 0 };
  expect(rest).toEqual({ images: IMAGES, members: [none, none], votes: { both: 0 } });
  return pictures;
}

test("logits of a graph are those of each image, read a batch at a time", async () => {
  const split = splitOf(standardized);
  const logits = await graphLogits(nets[0]!, split);
  expect(split.asked).toEqual([Array.from({ length: 250 }, (_, row) => row), [250, 251]]);
  const all = await split.images(Int32Array.from({ length: IMAGES }, (_, row) => row));
  const expected = tf.tidy(() => (nets[0]!.predict(tf.tensor(all, [IMAGES, ...SHAPE])) as tf.Tensor).dataSync<"float32">().slice());
  expect(logits).toEqual(expected);
  expect(new Set(logits).size).toBeGreaterThan(IMAGES);
});

test("standardised pictures are given to the file as bytes, in its order of channels, also with a mean of each place", async () => {
  expect(await verified([standardize], splitOf(standardized))).toBe(true);
  expect(await verified([{ operation: "reverseChannels" }, standardize], splitOf(standardized))).toBe(true);
  const places = Float32Array.from({ length: SIZE }, (_, i) => 100 + i);
  const split = splitOf((byte, i) => (byte - places[i]!) / deviation[i % 3]!);
  expect(await verified([{ ...standardize, mean: places }], split)).toBe(true);
});

test("floats that no picture has are given as they are", async () => {
  expect(await verified([], splitOf(standardized))).toBe(false);
  const change = (change: (byte: number, i: number) => number) => splitOf((byte, i) => standardized(change(byte, i), i));
  for (const odd of [0.25, 256 - 7, -1 - 7]) {
    expect(
      await verified(
        [standardize],
        change((byte, i) => (byte === 7 && i === 7 ? byte + odd : byte)),
      ),
    ).toBe(false);
  }
});

test("each image whose class, and each whose logits differ is counted, by member and by vote, and the largest difference told", async () => {
  const split = splitOf(standardized);
  const logits = await Promise.all(nets.map((net) => graphLogits(net, split)));
  const winner = (row: number, own = logits[1]!): number =>
    [0, 1, 2].reduce((best, c) => (own[row * 3 + c]! > own[row * 3 + best]! ? c : best), 0);
  const [surer, spoilt] = logits.map((own) => own.slice()) as [Float32Array, Float32Array];
  surer[3 * 9 + winner(9, logits[0])]! += 0.5;
  spoilt[3 * 5 + ((winner(5) + 1) % 3)] = 1e9; // image 5 has another class
  spoilt[3 * 251 + winner(251)]! += 1; // the last image has the same class, with a larger margin
  const scores = Float64Array.from(logits[0]!, (logit, i) => logit + 2 * logits[1]![i]!);
  const top = (row: number): number => [0, 1, 2].reduce((best, c) => (scores[row * 3 + c]! > scores[row * 3 + best]! ? c : best), 0);
  for (const row of [0, 250]) scores[3 * row + ((top(row) + 1) % 3)] = 1e9;
  expect(
    await verifyExport(await fileOf([standardize]), {
      test: split,
      logits: [surer, spoilt],
      votes: new Map([["both", { vote: "soft", scores }]]),
    }),
  ).toEqual({
    images: IMAGES,
    pictures: true,
    members: [
      { otherClass: 0, otherLogits: 1, largestDifference: expect.closeTo(0.5, 5) },
      { otherClass: 1, otherLogits: 2, largestDifference: expect.closeTo(1e9, -3) },
    ],
    votes: { both: 2 },
  });
});
