import { registerWasmBackend } from "@benn/backend-wasm";
import { UserError } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, expect, test } from "vitest";
import { type Chain, findThresholds } from "./find-thresholds.ts";
import type { BitConv, Elementwise, Plain, Pool, RealConv, Sign } from "./operation.ts";

beforeAll(async () => {
  await registerWasmBackend();
  await tf.setBackend("benn-wasm");
});

const [ALWAYS, NEVER] = [-(2 ** 31), 2 ** 31 - 1];
const image: Plain = { layer: "image", inputs: [], shape: [3, 3, 3], kind: "image" };
const signFrom = (thresholds: readonly number[], by = 1): Sign => ({
  layer: "sign",
  inputs: [],
  shape: [3, 3, thresholds.length],
  kind: "sign",
  apply: (x) => tf.tidy(() => tf.mul(tf.sub(tf.mul(tf.cast(tf.greaterEqual(x, tf.tensor1d([...thresholds])), "float32"), 2), 1), by)),
});
const times = (factor: readonly number[], offset: readonly number[] = factor.map(() => 0)): Elementwise => ({
  layer: "affine",
  inputs: [],
  shape: [3, 3, factor.length],
  kind: "affine",
  apply: (x) => tf.tidy(() => tf.add(tf.mul(x, tf.tensor1d([...factor])), tf.tensor1d([...offset]))),
});
const relu: Elementwise = { layer: "relu", inputs: [], shape: [3, 3, 1], kind: "relu", apply: (x) => tf.relu(x) };
const pool: Pool = {
  layer: "pool",
  inputs: [],
  shape: [3, 3, 1],
  kind: "maxPool",
  size: [2, 2],
  strides: [1, 1],
  pad: [0, 0, 0, 0],
  inside: false,
};
/** Of 3 signs: sums from −3 to 3. */
const bits = (scale: readonly number[], bias?: readonly number[], hasRelu = false): BitConv => ({
  layer: "conv",
  inputs: [image],
  shape: [3, 3, scale.length],
  kind: "binaryConv",
  size: [1, 1],
  strides: [1, 1],
  pad: [0, 0, 0, 0],
  bits: new Uint8Array(scale.length),
  scale: Float32Array.from(scale),
  ...(bias ? { bias: Float32Array.from(bias) } : {}),
  relu: hasRelu,
});
const real = (bias: readonly number[], hasRelu: boolean): RealConv => ({
  ...bits(bias),
  kind: "conv",
  kernel: new Float32Array(0),
  block: 1,
  bias: Float32Array.from(bias),
  relu: hasRelu,
});

async function found(chain: Partial<Chain> & Pick<Chain, "base" | "sign">) {
  const before = tf.memory().numTensors;
  const { thresholds, flips } = await findThresholds({ fromSums: true, between: [], ...chain });
  expect(tf.memory().numTensors).toBe(before);
  return { thresholds: [...thresholds], flips: flips.map((own) => [...own]) };
}
const zero = (channels: number): Sign => signFrom(Array.from({ length: channels }, () => 0));

test("of a binary convolution the threshold is the least sum that gives +1, after its scale and bias", async () => {
  // s + ½, s/2 − 1, s + 3, s − 3, s + 4 and s − 4, with bit s ≥ 0
  const base = bits([1, 0.5, 1, 1, 1, 1], [0.5, -1, 3, -3, 4, -4]);
  expect(await found({ base, sign: zero(6) })).toEqual({ thresholds: [0, 2, ALWAYS, 3, ALWAYS, NEVER], flips: [[0, 0, 0, 0, 0, 0]] });
  expect((await found({ base: bits([1]), sign: signFrom([-2.5]) })).thresholds).toEqual([-2]);
  // Of a window of 2×3 and 3 channels they go from −18 to 18.
  expect((await found({ base: { ...bits([1, 1]), size: [2, 3] }, sign: signFrom([17.5, -17]) })).thresholds).toEqual([18, -17]);
  // Signs may also be 0 and +1.
  const ones: Sign = { ...zero(1), apply: (x) => tf.tidy(() => tf.cast(tf.greaterEqual(x, 1), "float32")) };
  expect((await found({ base: bits([1]), sign: ones })).thresholds).toEqual([1]);
  // After its ReLU nothing is below 0.
  expect((await found({ base: bits([1, 1], [0, -1], true), sign: signFrom([0, 0.5]) })).thresholds).toEqual([ALWAYS, 2]);
});

test("where the values fall the bit is turned, and the threshold is the least sum that gives −1", async () => {
  // 1 − s from 0 up: s ≤ 1
  expect(await found({ base: bits([1, 1]), between: [times([-1, 1], [1, 1])], sign: zero(2) })).toEqual({
    thresholds: [2, -1],
    flips: [[1, 0]],
  });
  // A constant bit is never flipped.
  expect(await found({ base: bits([1, 1]), between: [times([-1, -1], [9, -9])], sign: zero(2) })).toEqual({
    thresholds: [ALWAYS, NEVER],
    flips: [[0, 0]],
  });
});

test("a filter of scale 0 has the bit of its bias", async () => {
  expect((await found({ base: bits([0, 0], [1, -1]), sign: zero(2) })).thresholds).toEqual([ALWAYS, NEVER]);
});

test("a max pool keeps the largest value: of what falls that is the smallest sum, so the bits before it are turned, and after it back", async () => {
  const base = bits([1, 1, 1, 1]);
  // Before and after the pool: rising or falling.
  const [before, after] = [times([1, -1, 1, -1]), times([1, 1, -1, -1])];
  const { flips, thresholds } = await found({ base, between: [before, pool, after], sign: signFrom([0.5, 0.5, 0.5, 0.5]) });
  // s ≥ ½, −s ≥ ½, −s ≥ ½, s ≥ ½
  expect(thresholds).toEqual([1, 0, 0, 1]);
  expect(flips).toEqual([
    [0, 1, 0, 1],
    [0, 0, 1, 1],
  ]);
  const twice = await found({ base: bits([1]), between: [pool, times([-1]), pool, times([-1])], sign: signFrom([0.5]) });
  expect(twice).toEqual({ thresholds: [1], flips: [[0], [1], [1]] });
  expect((await found({ base: bits([1]), between: [pool, relu], sign: signFrom([0.5]) })).flips).toEqual([[0], [0]]);
});

test("of floats the threshold is the least float32 that gives +1; none, and all, are the infinities", async () => {
  const at = [Math.fround(0.1), -5, 2 ** -140, 1e33, -1e33].map(Math.fround);
  const base: Plain = { ...image, shape: [3, 3, 5] };
  expect(await found({ base, fromSums: false, sign: signFrom(at) })).toEqual({ thresholds: at, flips: [[0, 0, 0, 0, 0]] });
  // A bit that is never +1 is constant, whether it is −1 or 0.
  const nothing: Sign = { ...zero(1), apply: (x) => tf.zerosLike(x) };
  expect((await found({ base: { ...image, shape: [3, 3, 1] }, fromSums: false, sign: nothing })).thresholds).toEqual([Infinity]);
  // 0 may have either sign.
  expect((await found({ base: { ...image, shape: [3, 3, 1] }, fromSums: false, sign: zero(1) })).thresholds).toEqual([-0]);
  const between = [times([0, 0, -1], [1, -1, 0.5])];
  const { thresholds, flips } = await found({ base: { ...image, shape: [3, 3, 3] }, fromSums: false, between, sign: zero(3) });
  // ½ − x is below 0 from the next float after ½ on.
  expect(thresholds).toEqual([-Infinity, Infinity, 0.5 + 2 ** -24]);
  expect(flips).toEqual([[0, 0, 1]]);
});

test("a real convolution's are those of its sums, before bias and ReLU; of what others read too, of the value itself", async () => {
  expect((await found({ base: real([-2, 1], false), sign: zero(2) })).thresholds).toEqual([2, -1]);
  expect((await found({ base: real([-2, 1], true), sign: signFrom([0.5, 0]) })).thresholds).toEqual([2.5, -Infinity]);
  expect((await found({ base: real([-2, 1], false), fromSums: false, sign: signFrom([1, 2]) })).thresholds).toEqual([1, 2]);
  expect((await found({ base: bits([3, 3]), fromSums: false, sign: signFrom([1, 2]) })).thresholds).toEqual([1, 2]);
});

test("a bit that changes twice along the sums is refused by the sign's layer", async () => {
  const odd: Sign = { ...zero(2), apply: (x) => tf.tidy(() => tf.sub(tf.mul(tf.cast(tf.less(tf.abs(x), 2), "float32"), 2), 1)) };
  const search = () => findThresholds({ base: bits([1, 1]), fromSums: true, between: [], sign: odd });
  await expect(search()).rejects.toThrow(UserError);
  await expect(search()).rejects.toThrow("export: layer sign has a binarizer whose bits change more than once along the values.");
});
