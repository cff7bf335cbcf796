// Layer by layer: what TensorFlow.js's and benn's own layers become, in nodes and in numbers.
import { registerWasmBackend } from "@benn/backend-wasm";
import { AveragePooling2D, BatchNorm, BinaryConv2D, BinaryDense, binarySign, deterministic, none, RPReLU } from "@benn/binarize";
import type { Binarizer } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, describe, expect, test } from "vitest";
import { load } from "../load.ts";
import { compileModel } from "./compile-model.ts";
import { encodeModel } from "./encode-model.ts";

beforeAll(async () => {
  await registerWasmBackend();
  await tf.setBackend("benn-wasm");
});

const SHAPE = [9, 8, 3] as const;
const inRow = (...layers: tf.layers.Layer[]): tf.LayersModel =>
  tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [...SHAPE] }), ...layers] });
const mean = () => tf.layers.globalAveragePooling2d({ name: "mean" });

/** The nodes of a model with newly drawn weights; its file must give the graph's logits. */
async function nodesOf(model: tf.LayersModel) {
  const random = createRandom(7, "trace");
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
  tf.tidy(() => {
    for (const weight of model.weights) {
      const shape = weight.shape as number[];
      const values = draw(shape.reduce((n, side) => n * side, 1));
      weight.write(tf.tensor(weight.originalName.endsWith("variance") ? values.map(Math.abs) : values, shape));
    }
  });
  const compiled = await compileModel(model);
  const classes = model.outputShape.at(-1) as number;
  const labels = Array.from({ length: classes }, (_, i) => String(i));
  const header = { shape: SHAPE, labels, voter: "soft", preprocessing: "none" } as const;
  const packed = await load(encodeModel(header, [{ architecture: "one", alpha: 1, nodes: compiled.nodes }], compiled.tensors));
  const image = draw(216);
  const graph = tf.tidy(() => (model.apply(tf.tensor4d(image, [1, ...SHAPE])) as tf.Tensor).dataSync<"float32">().slice());
  model.dispose();
  expect(packed.predict(image).votes[0]!.logits).toEqual(graph);
  expect(new Set(graph).size).toBeGreaterThan(1);
  return compiled;
}
const kinds = async (model: tf.LayersModel) => (await nodesOf(model)).nodes.map(({ op }) => op);

describe("a layer that does nothing in evaluation leaves no node", () => {
  test.for<[string, () => tf.layers.Layer]>([
    ["dropout", () => tf.layers.dropout({ rate: 0.5 })],
    ["Gaussian dropout", () => tf.layers.gaussianDropout({ rate: 0.5 })],
    ["a linear activation", () => tf.layers.activation({ activation: "linear" })],
  ])("%s", async ([, make]) => {
    expect(await kinds(inRow(make(), mean()))).toEqual(["mean"]);
  });
});

test.for<[string, () => tf.layers.Layer]>([
  ["ReLU", () => tf.layers.reLU()],
  ["ReLU whose largest value a file gives as null", () => tf.layers.reLU({ maxValue: null as never })],
  ["a ReLU activation", () => tf.layers.activation({ activation: "relu" })],
])("%s is a relu", async ([, make]) => {
  expect(await kinds(inRow(make(), mean()))).toEqual(["relu", "mean"]);
});

test("a window has the stride, and the zeros, of TensorFlow's rule: as many places as strides fit, the odd zero at the end", async () => {
  const conv = async (options: Partial<Parameters<typeof tf.layers.conv2d>[0]>) => {
    const { nodes } = await nodesOf(inRow(tf.layers.conv2d({ filters: 2, kernelSize: 3, ...options }), mean()));
    const [node] = nodes;
    return node?.op === "conv" ? [...node.strides, ...node.pad] : [];
  };
  expect(await conv({})).toEqual([1, 1, 0, 0, 0, 0]);
  // 9 rows, 8 columns: ⌈9 / 2⌉ = 5 places of 3 need 4·2 + 3 − 9 = 2 more, ⌈8 / 2⌉ = 4 need 3·2 + 3 − 8 = 1.
  expect(await conv({ padding: "same", strides: 2 })).toEqual([2, 2, 1, 1, 0, 1]);
  // ⌈9 / 3⌉ = 3 places of 1 need none; ⌈8 / 1⌉ of 4 need 3.
  expect(await conv({ padding: "same", strides: [3, 1], kernelSize: [1, 4] })).toEqual([3, 1, 0, 0, 1, 2]);
  expect(await conv({ strides: [2, 3], kernelSize: [2, 5] })).toEqual([2, 3, 0, 0, 0, 0]);
});

test("pools have the window that TensorFlow.js gives them, and only its own leaves padding out of the average", async () => {
  const pool = async (layer: tf.layers.Layer) => {
    const [node] = (await nodesOf(inRow(layer, mean()))).nodes;
    return node;
  };
  const window = { in: [0], size: [2, 2], strides: [2, 2], pad: [0, 0, 0, 0] };
  expect(await pool(tf.layers.maxPooling2d({}))).toEqual({ op: "maxPool", ...window });
  expect(await pool(tf.layers.averagePooling2d({}))).toEqual({ op: "averagePool", ...window, inside: true });
  const padded = new AveragePooling2D({ poolSize: 3, strides: 2, padding: 1 });
  expect(await pool(padded)).toEqual({ op: "averagePool", in: [0], size: [3, 3], strides: [2, 2], pad: [1, 1, 1, 1] });
  const oblong = tf.layers.maxPooling2d({ poolSize: [3, 2], strides: [1, 2], padding: "same" });
  expect(await pool(oblong)).toEqual({ op: "maxPool", in: [0], size: [3, 2], strides: [1, 2], pad: [1, 1, 0, 0] });
});

test("a sum of several maps is a chain of sums in their order", async () => {
  const input = tf.input({ shape: [...SHAPE] });
  const maps = [1, 2, 3].map((i) => tf.layers.conv2d({ name: `conv${i}`, filters: 2, kernelSize: 1 }).apply(input) as tf.SymbolicTensor);
  const outputs = mean().apply(tf.layers.add({ name: "sum" }).apply(maps)) as tf.SymbolicTensor;
  const { nodes } = await nodesOf(tf.model({ inputs: input, outputs }));
  expect(nodes.map((node) => [node.op, node.in])).toEqual([
    ["conv", [0]],
    ["conv", [0]],
    ["add", [1, 2]],
    ["conv", [0]],
    ["add", [3, 4]],
    ["mean", [5]],
  ]);
});

test("a convolution's values are summed in blocks of whole pixels, of 384 at most or of one pixel; a dense layer's in blocks of 256", async () => {
  const { nodes } = await nodesOf(
    inRow(
      tf.layers.conv2d({ filters: 20, kernelSize: 3, activation: "relu" }),
      tf.layers.conv2d({ filters: 400, kernelSize: 5, useBias: false }),
      tf.layers.conv2d({ filters: 2, kernelSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 500, activation: "relu" }),
      tf.layers.dense({ units: 4, useBias: false }),
    ),
  );
  // 128 · 3, 19 · 20, 1 · 400
  expect(nodes.flatMap((node) => (node.op === "conv" ? [[node.block, "bias" in node, "relu" in node]] : []))).toEqual([
    [384, true, true],
    [380, false, false],
    [400, true, false],
    [256, true, true],
    [256, false, false],
  ]);
});

const identity: Binarizer = { ...deterministic, bits: { activations: 32, kernel: 1 }, activations: (x) => tf.clone(x) };

test("a binary layer of real inputs runs as a real layer of its binarized kernel, with its stride, zeros, bias and ReLU", async () => {
  const convolution = { filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "relu" } as const;
  for (const binarizer of [none, identity]) {
    const { nodes, warnings, tensors } = await nodesOf(
      inRow(
        new BinaryConv2D({ name: "conv", binarizer, ...convolution }),
        tf.layers.flatten(),
        new BinaryDense({ name: "dense", binarizer, units: 5, activation: "relu" }),
        new BinaryDense({ name: "last", binarizer, units: 3, useBias: false, activation: "linear" }),
      ),
    );
    expect(warnings).toEqual(["conv", "dense", "last"].map((name) => `${name} runs as a real layer: its inputs are 32 bits wide`));
    const [conv, , dense, last] = nodes;
    expect(conv).toMatchObject({ op: "conv", block: 384, strides: [2, 2], pad: [1, 1, 1, 1], relu: true });
    expect(dense).toMatchObject({ op: "conv", block: 256, strides: [1, 1], pad: [0, 0, 0, 0], relu: true, bias: "dense.bias" });
    expect(last).not.toHaveProperty("bias");
    expect(last).not.toHaveProperty("relu");
    expect(tensors.get("conv.kernel")?.shape).toEqual([3, 3, 3, 4]);
  }
});

test("a kernel said to be of one bit that is not runs as a real layer, which is told for that", async () => {
  const binarizer: Binarizer = { ...identity, kernel: (w) => tf.clone(w) };
  const { warnings } = await nodesOf(inRow(new BinaryConv2D({ name: "conv", binarizer, filters: 4, kernelSize: 3 }), mean()));
  expect(warnings).toEqual(["conv runs as a real layer: its kernel is not of two values a filter"]);
});

test("signs that fall as their values rise are a step too; a channel whose sign comes back is none", async () => {
  const falling: Binarizer = { ...deterministic, activations: (x) => tf.neg(binarySign(x)) };
  expect(await kinds(inRow(new BinaryConv2D({ name: "conv", binarizer: falling, filters: 4, kernelSize: 3 }), mean()))).toEqual([
    "sign",
    "binaryConv",
    "mean",
  ]);
  // −1 only within 1 of 0, in the last channel.
  const hat: Binarizer = {
    ...deterministic,
    activations: (x) => tf.where(tf.less(tf.range(0, 3), 2), binarySign(x), binarySign(tf.sub(1, tf.abs(x)))),
  };
  const model = inRow(new BinaryConv2D({ name: "hat", binarizer: hat, filters: 4, kernelSize: 3 }), mean());
  await expect(compileModel(model)).rejects.toThrow("export: layer hat has a binarizer whose bits change more than once");
  model.dispose();
});

test("batch norm is (x − mean)·factor + offset with factor = gamma / √(variance + ε) in float32; without gamma and beta 1 and 0", async () => {
  const build = (layer: tf.layers.Layer, values: Readonly<Record<string, readonly number[]>>): tf.LayersModel => {
    const model = inRow(layer, mean());
    for (const weight of layer.weights) {
      const [, own = []] = Object.entries(values).find(([name]) => weight.originalName.endsWith(name)) ?? [];
      tf.tidy(() => void weight.write(tf.tensor1d([...own])));
    }
    return model;
  };
  const read = async (layer: tf.layers.Layer) => {
    const statistics = { moving_mean: [1, 2, 3], moving_variance: [0.25, 4, 0], gamma: [3, -1, 0.5], beta: [7, 8, 9] };
    const model = build(layer, statistics);
    const { tensors } = await compileModel(model);
    model.dispose();
    return Object.fromEntries([...tensors].map(([name, { data }]) => [name.replace(/.*\./, ""), [...data]]));
  };
  const factor = (epsilon: number, gamma: readonly number[]): number[] =>
    [0.25, 4, 0].map((variance, i) => Math.fround((gamma[i] ?? 0) / Math.fround(Math.sqrt(Math.fround(variance + Math.fround(epsilon))))));
  expect(await read(tf.layers.batchNormalization({ name: "a" }))).toEqual({
    mean: [1, 2, 3],
    factor: factor(1e-3, [3, -1, 0.5]),
    offset: [7, 8, 9],
  });
  expect(await read(tf.layers.batchNormalization({ name: "b", epsilon: 0.5, scale: false, center: false }))).toEqual({
    mean: [1, 2, 3],
    factor: factor(0.5, [1, 1, 1]),
    offset: [0, 0, 0],
  });
  const own = new BatchNorm({ name: "c" });
  const { epsilon } = own as unknown as { readonly epsilon: number };
  expect((await read(own))["factor"]).toEqual(factor(epsilon, [3, -1, 0.5]));
});

test("what stands between a convolution and a sign that it alone feeds becomes the convolution's thresholds, max pools with them", async () => {
  const binary = (name: string) => new BinaryConv2D({ name, binarizer: deterministic, filters: 9, kernelSize: 1, useBias: false });
  const { nodes, tensors, sizes } = await nodesOf(
    inRow(
      tf.layers.conv2d({ name: "real", filters: 3, kernelSize: 3 }),
      new BatchNorm({ name: "norm0" }),
      binary("first"),
      new BatchNorm({ name: "norm1" }),
      tf.layers.maxPooling2d({ name: "pool", poolSize: 2 }),
      new BatchNorm({ name: "norm2" }),
      binary("second"),
      mean(),
    ),
  );
  // The 18 drawn scales have both signs, so both the convolution and the pool flip bits.
  const plain = { strides: [1, 1], pad: [0, 0, 0, 0] };
  expect(nodes).toEqual([
    { op: "conv", in: [0], kernel: "real.kernel", block: 384, ...plain, thresholds: "real.thresholds", flips: "real.flips" },
    { op: "binaryConv", in: [1], kernel: "first.kernel", size: [1, 1], ...plain, thresholds: "first.thresholds", flips: "first.flips" },
    { op: "maxPool", in: [2], size: [2, 2], strides: [2, 2], pad: [0, 0, 0, 0], flips: "pool.flips" },
    { op: "binaryConv", in: [3], kernel: "second.kernel", size: [1, 1], ...plain, scale: "second.scale" },
    { op: "mean", in: [4] },
  ]);
  expect(Object.fromEntries([...tensors].map(([name, { dtype, shape }]) => [name, [dtype, ...shape]]))).toEqual({
    "real.thresholds": ["F32", 3],
    "real.kernel": ["F32", 3, 3, 3, 3],
    "real.flips": ["U8", 1],
    "first.thresholds": ["I32", 9],
    "first.kernel": ["U8", 9, 1],
    "first.flips": ["U8", 2],
    "pool.flips": ["U8", 2],
    "second.kernel": ["U8", 9, 2],
    "second.scale": ["F32", 9],
  });
  // 4 bytes per float or integer, 1 for eight bits of a filter.
  const bytes = { real: 4 * 3 + 4 * 81 + 1, norm0: 0, first: 4 * 9 + 9 + 2, norm1: 0, pool: 2, norm2: 0, second: 18 + 4 * 9, mean: 0 };
  expect(Object.fromEntries(sizes.map(({ name, packedBytes }) => [name, packedBytes]))).toMatchObject(bytes);
});

test("a value that another layer reads too stays a float, and a sign of its own reads it", async () => {
  const input = tf.input({ shape: [...SHAPE] });
  const conv = tf.layers.conv2d({ name: "conv", filters: 3, kernelSize: 1 }).apply(input);
  const binary = new BinaryConv2D({ name: "binary", binarizer: deterministic, filters: 3, kernelSize: 1 });
  const sum = tf.layers.add({ name: "sum" }).apply([conv as tf.SymbolicTensor, binary.apply(conv) as tf.SymbolicTensor]);
  const { nodes, tensors } = await nodesOf(tf.model({ inputs: input, outputs: mean().apply(sum) as tf.SymbolicTensor }));
  expect(nodes.map((node) => [node.op, node.in])).toEqual([
    ["conv", [0]],
    ["sign", [1]],
    ["binaryConv", [2]],
    ["add", [1, 3]],
    ["mean", [4]],
  ]);
  expect(tensors.get("binary.signs")).toEqual({ dtype: "F32", shape: [3], data: Float32Array.of(-0, -0, -0) });
});

test("RPReLU is a line, a bend and their sum; another's layer of that name is refused", async () => {
  expect(await kinds(inRow(new RPReLU({ name: "act" }), mean()))).toEqual(["affine", "affine", "relu", "affine", "add", "mean"]);
  class Other extends tf.layers.Layer {
    static readonly className = "RPReLU";
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.clone([inputs].flat()[0] as tf.Tensor);
    }
  }
  const model = inRow(new Other({ name: "other" }), mean());
  await expect(compileModel(model)).rejects.toThrow('export: layer other (RPReLU) has no weight "shift". Replace it');
  model.dispose();
});
