// Layer by layer: what TensorFlow.js's and benn's own become, in nodes and in numbers.
import { registerWasmBackend } from "@benn/backend-wasm";
import { AveragePooling2D, BatchNorm, BinaryConv2D, BinaryDense, binarySign, deterministic, none } from "@benn/binarize";
import { type Binarizer, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@tensorflow/tfjs";
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

/** The nodes of a model whose weights are drawn anew; its file must give the graph's logits. */
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
  // −1 but within 1 of 0, in the last channel alone.
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

describe("refused by the layer's name", () => {
  test.for<[string, () => tf.LayersModel, RegExp]>([
    [
      "channels first",
      () => inRow(tf.layers.conv2d({ name: "first", filters: 4, kernelSize: 3, dataFormat: "channelsFirst" }), mean()),
      /^export: layer first \(Conv2D\) has its channels first\. Replace it, or give it a lower method/,
    ],
    [
      "dilation of one axis",
      () => inRow(tf.layers.conv2d({ name: "wide", filters: 4, kernelSize: 3, dilationRate: [1, 2] }), mean()),
      /^export: layer wide \(Conv2D\) is dilated/,
    ],
    [
      "a ReLU with a largest value",
      () => inRow(tf.layers.reLU({ name: "six", maxValue: 6 }), mean()),
      /^export: layer six \(ReLU\) has a largest value/,
    ],
    [
      "softmax, which a vote takes itself",
      () => inRow(mean(), tf.layers.dense({ name: "classes", units: 4, activation: "softmax" })),
      /^export: layer classes \(Dense\) has the activation softmax/,
    ],
    [
      "a matrix, which is neither a map nor a vector",
      () => inRow(tf.layers.reshape({ name: "matrix", targetShape: [9, 24] }), tf.layers.flatten()),
      /^export: matrix gives \[, 9, 24\]; a packed model has maps \[height, width, channels\] of known size\./,
    ],
    [
      "a map of unknown size",
      () => tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [null, 8, 3], name: "any" }), mean()] }),
      /^export: any\S* gives \[, , 8, 3\]; a packed model has maps/,
    ],
  ])("%s", async ([, make, message]) => {
    const model = make();
    await expect(compileModel(model)).rejects.toThrow(message);
    await expect(compileModel(model)).rejects.toThrow(UserError);
    model.dispose();
  });

  test("a layer whose lower is no method", async () => {
    const model = inRow(Object.assign(tf.layers.elu({ name: "odd" }), { lower: "no" }), mean());
    await expect(compileModel(model)).rejects.toThrow(/^export: layer odd \(ELU\) is of a kind that a packed model does not know/);
  });

  test("a model with more than one input or output", async () => {
    const [one, two] = [tf.input({ shape: [...SHAPE] }), tf.input({ shape: [...SHAPE] })];
    const sum = mean().apply(tf.layers.add().apply([one, two])) as tf.SymbolicTensor;
    await expect(compileModel(tf.model({ name: "both", inputs: [one, two], outputs: sum }))).rejects.toThrow(
      "export: the model both has 2 inputs and 1 outputs. Give it one of each.",
    );
    const ends = ["a", "b"].map((name) => tf.layers.globalAveragePooling2d({ name }).apply(one) as tf.SymbolicTensor);
    await expect(compileModel(tf.model({ name: "fork", inputs: one, outputs: ends }))).rejects.toThrow(
      "export: the model fork has 1 inputs and 2 outputs. Give it one of each.",
    );
  });

  test("and only the first of a chain, not what stands behind it", async () => {
    const layers = [tf.layers.elu({ name: "elu" }), tf.layers.softmax({ name: "softmax" }), mean()];
    await expect(compileModel(inRow(...layers))).rejects.toThrow(
      /^export: layer elu \(ELU\) is of a kind that a packed model does not know\. Replace it, or give it a lower method: docs\/packed\.md\.$/,
    );
  });
});
