import { type Random } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mirror, put } from "../test/mirror-model.ts";
import { newSketch } from "../test/random-model.ts";
import { load } from "./load.ts";
import { PackedError } from "./packed-error.ts";

const imageOf = (random: Random, size: number): Uint8Array => Uint8Array.from({ length: size }, () => random.integer(256));
const floatsOf = async (file: Uint8Array, image: Uint8Array): Promise<number[]> =>
  Array.from((await load(file)).predict(image).votes[0]!.logits, (value) => value + 0); // + 0: turns −0 into 0

test("a whitened image has the very floats of the steps as they are written down, whatever its size", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = createRandom(seed, "whitening");
      const shape = [1 + random.integer(6), 1 + random.integer(6), [1, 3][random.integer(2)]!] as const;
      const size = shape[0] * shape[1] * shape[2];
      const sketch = newSketch(seed);
      const [scale = 0] = put(sketch, "gcnScale", [1], () => 55);
      const mean = put(sketch, "zcaMean", [size], () => 0.1 * random.normal());
      const matrix = put(sketch, "zcaMatrix", [(size * (size + 1)) / 2], () => random.normal());
      const at = (i: number, j: number) => matrix[(Math.max(i, j) * (Math.max(i, j) + 1)) / 2 + Math.min(i, j)]!;
      const image = random.integer(5) === 0 ? new Uint8Array(size).fill(77) : imageOf(random, size);
      const sum = image.reduce((a, b) => a + b, 0);
      const norm = Math.sqrt((size * image.reduce((a, b) => a + b * b, 0) - sum * sum) / size);
      const z = Array.from(image, (byte, i) => Math.fround(Math.fround((byte - sum / size) * (norm ? scale / norm : 1)) - mean[i]!));
      const y = Array.from({ length: size }, (_, j) =>
        z.reduce((total, value, i) => Math.fround(total + Math.fround(value * at(i, j))), 0),
      );
      expect(await floatsOf(mirror(sketch, { shape, preprocessing: "gcn-zca" }), image)).toEqual(y.map((value) => value + 0));
    }),
    { numRuns: 60 },
  );
});

test("from each value its own mean is taken, and blue comes first where the model says so", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = createRandom(seed, "mean");
      const shape = [1 + random.integer(5), 1 + random.integer(5), 3] as const;
      const size = shape[0] * shape[1] * 3;
      const sketch = newSketch(seed);
      const isImage = random.integer(2) === 1;
      const mean = put(sketch, "mean", isImage ? shape : [3], () => 255 * random.uniform());
      const deviation = put(sketch, "deviation", [3], () => 0.5 + 60 * random.uniform());
      const isBlueFirst = random.integer(2) === 1;
      const image = imageOf(random, size);
      const expected = Array.from({ length: size }, (_, i) => {
        const byte = image[isBlueFirst ? i - (i % 3) + 2 - (i % 3) : i]!;
        return Math.fround((byte - mean[isImage ? i : i % 3]!) / deviation[i % 3]!) + 0;
      });
      const file = mirror(sketch, { shape, preprocessing: "standardize", ...(isBlueFirst ? { channelOrder: "bgr" as const } : {}) });
      expect(await floatsOf(file, image)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test("a picture of the size before cutting loses its margin and nothing else", async () => {
  const sketch = newSketch(1);
  put(sketch, "mean", [3], () => 0);
  put(sketch, "deviation", [3], () => 1);
  const file = mirror(sketch, { shape: [2, 2, 3], preprocessing: "standardize", resize: 4 });
  const data = Uint8Array.from({ length: 4 * 6 * 3 }, (_, i) => i);
  const { logits } = (await load(file)).predict({ width: 6, height: 4, data }).votes[0]!;
  const pixel = (x: number, y: number) => [0, 1, 2].map((channel) => (y * 6 + x) * 3 + channel);
  expect([...logits]).toEqual([pixel(2, 1), pixel(3, 1), pixel(2, 2), pixel(3, 2)].flat());
  const squashed = mirror(sketch, { shape: [2, 2, 3], preprocessing: "standardize", resize: 4, squash: true });
  const wide = Uint8Array.from({ length: 4 * 8 * 3 }, (_, i) => Math.floor((Math.floor(i / 3) % 8) / 2) * 10);
  const [left, right] = [10, 20];
  expect([...(await load(squashed)).predict({ width: 8, height: 4, data: wide }).votes[0]!.logits]).toEqual([
    left,
    left,
    left,
    right,
    right,
    right,
    left,
    left,
    left,
    right,
    right,
    right,
  ]);
});

test.for<[string, Readonly<Record<string, unknown>>, RegExp]>([
  ["another order of channels", { channelOrder: "grb" }, /an unknown order of channels/],
  ["a margin below nothing", { resize: 1 }, /no usable resize/],
  ["squash without a size", { squash: true }, /a squash without a resize/],
  ["whitening without its matrix", { preprocessing: "gcn-zca" }, /no gcnScale F32 \[1\]/],
  ["a key of a later version", { gamma: 2 }, /the unknown key "gamma"/],
])("a file with %s is refused", async ([, rule, message]) => {
  const sketch = newSketch(2);
  put(sketch, "mean", [3], () => 0);
  put(sketch, "deviation", [3], () => 1);
  const file = mirror(sketch, { shape: [2, 2, 3], preprocessing: "standardize", ...rule });
  await expect(load(file)).rejects.toThrow(message);
  await expect(load(file)).rejects.toThrow(PackedError);
});

test("a whitening matrix beyond the memory that is allowed is refused before it is unpacked", async () => {
  const sketch = newSketch(3);
  put(sketch, "gcnScale", [1], () => 55);
  put(sketch, "zcaMean", [300], () => 0);
  put(sketch, "zcaMatrix", [(300 * 301) / 2], () => 0);
  const file = mirror(sketch, { shape: [10, 10, 3], preprocessing: "gcn-zca" });
  await expect(load(file, { maxMemory: 300_000 })).rejects.toThrow(/whitening needs 1 MB, of at most 0 MB/);
});
