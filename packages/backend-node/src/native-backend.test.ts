import { createRequire } from "node:module";
import { nin, ninOptions } from "@benn/arch-nin";
import { deterministic, none } from "@benn/binarize";
import { createContainer, LOSSES, OPTIMIZERS } from "@benn/core";
import { createRandom, createStep, memberOptimizer } from "@benn/core/internals";
import { testBackend } from "@benn/core/testing";
import * as tf from "@benn/core/tensorflow";
import { describe, expect, test } from "vitest";
import { project, standInProject } from "../test/project.ts";
import { BACKEND_NAME, nativeBackend } from "./native-backend.ts";
import { restoreUtil } from "./restore-util.ts";

/** Where scripts/native-tensorflow.mjs has installed the package with TensorFlow's library: the tests then run with it. */
const { BENN_TFJS_NODE: real } = process.env;
const library = real ?? standInProject();
const definition = nativeBackend("@tensorflow/tfjs-node");
const create = (from = library) => definition.create({ from });

test("it can be probed before TensorFlow.js has a backend", async () => {
  expect(tf.getBackend()).toBeFalsy();
  expect(await create().probe()).toMatchObject({
    ok: true,
    description: /^@tensorflow\/tfjs-node, TensorFlow \d+\.\d+\.\d+'s native library$/,
  });
});

describe("where the package is missing or broken", () => {
  test("the backend says so, how to get it, and changes nothing", async () => {
    await tf.ready();
    const before = tf.getBackend();
    const probe = await create(project()).probe();
    expect(probe).toMatchObject({ ok: false, reason: "@tensorflow/tfjs-node is not installed." });
    await expect(create(project()).activate()).rejects.toThrow(
      "backend node: @tensorflow/tfjs-node is not installed. Install it beside benn",
    );
    expect(tf.getBackend()).toBe(before);
  });

  test("an error of its own is told in its first line", async () => {
    expect(await create(project('throw new Error("no such thing\\nat all")')).probe()).toMatchObject({ reason: /\(no such thing\)/ });
  });
});

testBackend(real ? "node, on TensorFlow's library" : "node, on a stand-in for TensorFlow's library", () => create(), definition);

const image = (): tf.Tensor4D => tf.ones([1, 6, 6, 2]);
const kernel = (): tf.Tensor4D => tf.ones([3, 3, 2, 2]);
const explicit = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
] as [[number, number], [number, number], [number, number], [number, number]];
const whole = (...values: number[]) => tf.tensor1d(values, "int32");
const truth = () => tf.tensor1d([true, false], "bool");

describe("an operation", () => {
  test.for<[string, RegExp, () => tf.Tensor]>([
    ["a convolution padded by a number", /'valid' and 'same' padding.*NUMBER/, () => tf.conv2d(image(), kernel(), 1, 1)],
    ["its gradient", /'valid' and 'same' padding.*NUMBER/, () => tf.grad((x) => tf.conv2d(x as tf.Tensor4D, kernel(), 1, 1))(image())],
    [
      "a fused convolution",
      /padding.*NUMBER/,
      () => tf.fused.conv2d({ x: image(), filter: kernel(), strides: 1, pad: 1, activation: "relu" }),
    ],
    ["a depthwise one", /padding.*NUMBER/, () => tf.depthwiseConv2d(image(), tf.ones<tf.Rank.R4>([3, 3, 2, 1]), 1, 1)],
    ["a max pool", /padding.*NUMBER/, () => tf.maxPool(image(), 3, 2, 1)],
    ["an average pool", /padding.*NUMBER/, () => tf.avgPool(image(), 3, 2, 1)],
    [
      "the gradient of a convolution padded by a list",
      /padding.*EXPLICIT/,
      () => tf.grad((x) => tf.conv2d(x as tf.Tensor4D, kernel(), 1, explicit))(image()),
    ],
    ["a kernel that tfjs-node has not", /'Transform' not registered/, () => tf.image.transform(image(), tf.ones([1, 8]))],
    ["another", /'BitwiseAnd' not registered/, () => tf.bitwiseAnd(whole(1), whole(1))],
    ["a sum of truth values with one another", /Invalid TF_Status: 3/, () => tf.add(truth(), truth())],
    ["their maximum", /Invalid TF_Status: 3/, () => tf.max(truth())],
    ["a whole number by 0", /Invalid TF_Status: 3/, () => tf.div(whole(7), whole(0))],
    ["a row that is not there", /not in \[0, 2\]/, () => tf.gather(tf.tensor1d([1, 2, 3]), whole(5))],
  ])("is refused: %s", async ([, message, operation]) => {
    await create().activate();
    expect(() => tf.tidy(() => void operation())).toThrow(message);
  });

  test.for<[string, () => tf.Tensor, number]>([
    ["a convolution padded by a list", () => tf.conv2d(image(), kernel(), 1, explicit), (16 * 9 + 16 * 6 + 4 * 4) * 4],
    ["truth values summed up", () => tf.sum(truth()), 1],
    ["a window of equals", () => tf.maxPool(image(), 3, 2, "same"), 18],
    ["no rows", () => tf.conv2d(tf.zeros<tf.Rank.R4>([0, 6, 6, 2]), kernel(), 1, "same"), 0],
  ])("is taken: %s", async ([, operation, sum]) => {
    await create().activate();
    expect([...tf.tidy(() => operation().dataSync())].reduce((all, value) => all + value, 0)).toBe(sum);
  });
});

describe("sums over leading axes", () => {
  const shapes: readonly number[][] = [[1024, 5], [8, 32, 32, 3], [7, 11, 13, 2], [64, 1], [97, 4], [4096]];
  test.for(shapes.map((shape) => ({ shape })))(
    "of $shape are those in float64 to a few units in the last place, and leave nothing behind",
    async ({ shape }) => {
      await create().activate();
      const axes = shape.length === 1 ? [0] : shape.slice(1).map((_, i) => i);
      const size = shape.length === 1 ? 1 : (shape.at(-1) ?? 1);
      const rows = shape.reduce((all, length) => all * length, 1) / size;
      const random = createRandom(1, "sums");
      const values = Float32Array.from({ length: rows * size }, () => random.uniform());
      const exact = Array.from({ length: size }, (_, c) =>
        Array.from({ length: rows }, (_, i) => values[i * size + c] ?? 0).reduce((a, b) => a + b),
      );
      const x = tf.tensor(values, [...shape]);
      const { numTensors, numDataBuffers } = tf.memory();
      for (const keepDims of [false, true]) {
        for (const [operation, divisor] of [
          [tf.sum, 1],
          [tf.mean, rows],
        ] as const) {
          const result = operation(x, axes, keepDims);
          expect(result.shape).toEqual([...(keepDims ? axes.map(() => 1) : []), ...(shape.length === 1 ? [] : [size])]);
          for (const [c, value] of result.dataSync().entries()) {
            expect(Math.abs((value * divisor) / (exact[c] ?? 0) - 1)).toBeLessThan(3e-7);
          }
          result.dispose();
        }
      }
      expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
      x.dispose();
    },
  );

  test("have the gradients of sums, and other axes and types stay as they were", async () => {
    await create().activate();
    const [gradient, inner, int] = tf.tidy(() => [
      tf
        .grad((x) =>
          tf
            .mean(x, [0, 1])
            .mul(tf.tensor1d([1, 2]))
            .sum(),
        )(tf.ones([8, 16, 2]))
        .dataSync(),
      tf.sum(tf.ones([3, 128]), 1).dataSync(),
      tf.sum(tf.ones([128, 2], "int32"), 0),
    ]);
    expect([...gradient].slice(0, 4)).toEqual([1 / 128, 2 / 128, 1 / 128, 2 / 128]);
    expect([...inner]).toEqual([128, 128, 128]);
    expect(int.dtype).toBe("int32");
    expect([...int.dataSync()]).toEqual([128, 128]);
    int.dispose();
  });
});

describe("a network that pads", () => {
  /**
   * Compares the loss and the gradients rather than weights: Adam takes full steps along gradients that are 0 except for rounding, such as
   * that of a bias before batch norm.
   */
  const step = async (backend: string, binarizer = deterministic) => {
    await tf.setBackend(backend);
    const model = nin(ninOptions.parse({ width: 1 / 32 })).build({ inputShape: [8, 8, 3], classes: 3, binarizer, seed: 1 });
    const container = createContainer();
    const adam = container.resolve(OPTIMIZERS).create({ name: "adam", weightDecay: 0 });
    const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: adam }]);
    const pixels = Float32Array.from({ length: 2 * 192 }, (_, i) => Math.sin(i));
    const kept: tf.Tensor[] = [];
    const observer = {
      gradients: (all: ReadonlyMap<string, tf.Tensor>) => void kept.push(...[...all.values()].map((each) => each.clone())),
    };
    const { loss } = createStep({ model, optimizer, loss: container.resolve(LOSSES).create("cross-entropy"), observer })({
      images: () => tf.tensor4d(pixels, [2, 8, 8, 3]),
      labels: Int32Array.of(0, 2),
      learningRate: 0.01,
      seed: 1,
      epoch: 0,
      epochs: 1,
    });
    const values = await Promise.all([loss, ...kept].map((tensor) => tensor.data()));
    tf.dispose([loss, ...kept]);
    optimizer.dispose();
    model.dispose();
    return values;
  };

  test.for([
    ["binary", deterministic],
    ["real", none],
  ] as const)(
    "%s, takes a whole training step where only valid and same padding is known, to the numbers of the CPU backend",
    async ([, binarizer]) => {
      await create().activate();
      const native = await step(BACKEND_NAME, binarizer);
      const plain = await step("cpu", binarizer);
      expect(native).toHaveLength(plain.length);
      for (const [i, values] of native.entries()) {
        for (const [at, value] of values.entries()) expect(value).toBeCloseTo(plain[i]?.[at] ?? Number.NaN, 5);
      }
      expect(Math.max(...plain.flatMap((values) => [...values].map(Math.abs)))).toBeGreaterThan(0.1);
    },
  );
});

test("what Node 23 took from util is there again", () => {
  restoreUtil();
  const util = createRequire(import.meta.url)("node:util") as Record<string, (value: unknown) => boolean>;
  expect(util["isNullOrUndefined"]?.(null)).toBe(true);
  expect(util["isNullOrUndefined"]?.(0)).toBe(false);
  expect(util["isArray"]?.([])).toBe(true);
});
