import { registerWasmBackend } from "@benn/backend-wasm";
import { BatchNorm, BinaryConv2D, deterministic } from "@benn/binarize";
import { type LoweredNode, type LoweringContext, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, expect, test } from "vitest";
import { Divide, Head, layerOf, ScaledRelu, Shrink, SignConv, Signs, Sum } from "../../test/plugin-layers.ts";
import { load } from "../load.ts";
import { compileModel } from "./compile-model.ts";
import { encodeModel } from "./encode-model.ts";

beforeAll(async () => {
  await registerWasmBackend();
  await tf.setBackend("benn-wasm");
});

const SHAPE = [10, 12, 3] as const;
const chain = (x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]): tf.SymbolicTensor =>
  layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);

function modelOf(build: (image: tf.SymbolicTensor) => tf.SymbolicTensor): tf.LayersModel {
  const input = tf.input({ shape: [...SHAPE] });
  return tf.model({ inputs: input, outputs: build(input) });
}

/** Rows of logits [images][classes] of the graph and of the file made from it. */
async function bothLogits(model: tf.LayersModel, seed: number) {
  const { nodes, tensors } = await compileModel(model);
  const classes = model.outputShape.at(-1) as number;
  const labels = Array.from({ length: classes }, (_, i) => String(i));
  const header = { shape: SHAPE, labels, voter: "soft", preprocessing: "none" } as const;
  const packed = await load(encodeModel(header, [{ architecture: "plugin", alpha: 1, nodes }], tensors));
  const [random, size] = [createRandom(seed, "images"), 360];
  const images = Float32Array.from({ length: 6 * size }, () => random.normal());
  const graph = tf.tidy(() => (model.apply(tf.tensor4d(images, [6, ...SHAPE])) as tf.Tensor2D).arraySync());
  const rows = graph.map((_, i) => [...packed.predict(images.subarray(i * size, (i + 1) * size)).votes[0]!.logits]);
  return { graph, rows, nodes, tensors };
}

test("a net of a plugin's layers alone gives the graph's logits, with thresholds in place of what stands before a sign", async () => {
  const model = modelOf((image) => {
    const first = chain(image, tf.layers.conv2d({ name: "real", filters: 6, kernelSize: 3, padding: "same" }), new ScaledRelu("relu1"));
    const signed = chain(first, new BatchNorm({ name: "norm" }), new SignConv("conv1", 8, true), new ScaledRelu("relu2"));
    const bits = chain(signed, new Divide("divide", 3, 0.1), new Signs("signs"), tf.layers.zeroPadding2d({ name: "around", padding: 1 }));
    const second = chain(bits, new SignConv("conv2", 8, false));
    const sum = new Sum("sum").apply([signed, second]) as tf.SymbolicTensor;
    return chain(sum, new Sum("identity"), new Shrink("shrink"), new Head("head", 4));
  });
  const before = tf.memory().numTensors;
  const { graph, rows, nodes } = await bothLogits(model, 1);
  expect(tf.memory().numTensors).toBe(before);
  expect(rows).toEqual(graph);
  expect(new Set(rows.map(String)).size).toBe(rows.length);
  expect(nodes.map(({ op }) => op)).toEqual(
    "conv binaryConv affine relu sign binaryConv add averagePool padChannels conv maxPool mean flatten conv".split(" "),
  );
  model.dispose();
});

test("a threshold is where the layer itself turns, however it rounds, not where the nodes that it lowers to do", async () => {
  // 82 · (1/82) is below 1 in float32; 82 / 82 is not.
  expect(Math.fround(82 * Math.fround(1 / 82))).toBeLessThan(1);
  const binary = (name: string) => new BinaryConv2D({ name, binarizer: deterministic, filters: 10, kernelSize: 3, useBias: false });
  const model = modelOf((image) =>
    chain(
      image,
      binary("conv0"),
      binary("conv1"),
      new Divide("divide", 82, 1),
      binary("conv2"),
      tf.layers.globalAveragePooling2d({ name: "mean" }),
    ),
  );
  for (const [weight] of ["conv0", "conv1", "conv2"].map((layer) => model.getLayer(layer).weights))
    tf.tidy(() => void weight!.write(signsOf(weight!.shape as number[])));
  const { graph, rows, tensors } = await bothLogits(model, 2);
  expect(rows).toEqual(graph);
  // The node's own arithmetic would change sign at 83.
  expect([...tensors.get("conv1.thresholds")!.data]).toEqual(Array.from({ length: 10 }, () => 82));
  model.dispose();
});

/** As many +1 as −1 in each filter, so that centring changes nothing. */
function signsOf(shape: number[]): tf.Tensor {
  const [filters = 1] = shape.slice(-1);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (Math.floor(i / filters) % 2 ? 1 : -1)),
    shape,
  );
}

const affine = (channels: number): LoweredNode => ({
  op: "affine",
  mean: new Float32Array(channels),
  factor: new Float32Array(channels),
  offset: new Float32Array(channels),
});
const window = { size: [3, 3], strides: [1, 1], pad: [1, 1, 1, 1] } as const;

test.for<[string, (context: LoweringContext) => readonly LoweredNode[], RegExp]>([
  ["constants of another length", () => [affine(4)], /layer custom \(Custom\) lowers to affine with 4 values as mean, not 3\./],
  [
    "a map of another shape",
    () => [{ op: "averagePool", size: [2, 2], strides: [2, 2], pad: [0, 0, 0, 0] }],
    /layer custom \(Custom\) gives \[10, 12, 3\] and lowers to what gives \[5, 6, 3\]/,
  ],
  [
    "a binary convolution of no signs",
    () => [{ op: "binaryConv", kernel: new Float32Array(81).fill(1), ...window }],
    /layer custom is a binary convolution of what layer image gives, which is not signs/,
  ],
  [
    "a binary kernel of three values",
    () => [{ op: "sign" }, { op: "binaryConv", kernel: Float32Array.from({ length: 81 }, (_, i) => i % 2), ...window }],
    /layer custom \(Custom\) lowers to binaryConv with a kernel that is not of −a and \+a in each filter/,
  ],
  ["signs as numbers", () => [{ op: "sign" }, { op: "relu" }], /layer custom.1 takes the signs of layer custom.0 as numbers/],
  ["several inputs that it has not", () => [{ op: "add" }], /layer custom \(Custom\) lowers to add, which takes several inputs/],
  [
    "more padding than window",
    () => [{ op: "maxPool", size: [1, 1], strides: [1, 1], pad: [1, 0, 0, 0] }],
    /layer custom has padding of 1, 0, 0, 0 and a window of 1×1/,
  ],
  [
    "a window larger than any",
    () => [{ op: "maxPool", size: [65, 1], strides: [1, 1], pad: [32, 32, 0, 0] }],
    /layer custom \(maxPool\) has no usable size\. A packed model cannot hold that/,
  ],
  [
    "a node that is not one",
    () => [{ op: "tanh" } as never],
    /layer custom \(Custom\) lowers to "tanh", which is no node of a packed model/,
  ],
  [
    "a bias of another length",
    () => [{ op: "conv", kernel: new Float32Array(81), bias: new Float32Array(2), ...window }],
    /lowers to conv with 2 values as bias, not 3\./,
  ],
  [
    "a kernel of a filter and a half",
    () => [{ op: "conv", kernel: new Float32Array(27 + 14), ...window }],
    /lowers to conv with 41 values as kernel, not a multiple of 27\./,
  ],
  [
    "a dense kernel of a unit and a third",
    () => [{ op: "mean" }, { op: "dense", kernel: new Float32Array(4) }],
    /lowers to dense with 4 values as kernel, not a multiple of 3\./,
  ],
  [
    "thresholds of another length",
    () => [{ op: "sign", thresholds: new Float32Array(4) }],
    /lowers to sign with 4 values as thresholds, not 3\./,
  ],
  [
    "a factor of another length",
    () => [{ ...affine(3), factor: new Float32Array(2) } as LoweredNode],
    /lowers to affine with 2 values as factor, not 3\./,
  ],
  [
    "a bias of a dense layer of another length",
    () => [{ op: "mean" }, { op: "dense", kernel: new Float32Array(9), bias: new Float32Array(4) }],
    /lowers to dense with 4 values as bias, not 3\./,
  ],
  [
    "more channels than it gives",
    () => [{ op: "padChannels", before: 1, channels: 5 }],
    /gives \[10, 12, 3\] and lowers to what gives \[10, 12, 5\]/,
  ],
  ["a vector for a map", () => [{ op: "flatten" }], /gives \[10, 12, 3\] and lowers to what gives \[1, 1, 360\]/],
  [
    "a dense layer of a row",
    () => [
      { op: "maxPool", size: [10, 1], strides: [1, 1], pad: [0, 0, 0, 0] },
      { op: "dense", kernel: new Float32Array(9) },
    ],
    /lowers a map to dense, which takes a vector/,
  ],
  [
    "a dense layer of a column",
    () => [
      { op: "maxPool", size: [1, 12], strides: [1, 1], pad: [0, 0, 0, 0] },
      { op: "dense", kernel: new Float32Array(9) },
    ],
    /lowers a map to dense, which takes a vector/,
  ],
  ["a dense layer of a map", () => [{ op: "dense", kernel: new Float32Array(9) }], /lowers a map to dense, which takes a vector/],
])("a layer that lowers to %s is refused by name", async ([, nodes, message]) => {
  const input = tf.input({ shape: [...SHAPE], name: "image" });
  const outputs = chain(input, layerOf("custom", nodes), tf.layers.globalAveragePooling2d({ name: "mean" }));
  const model = tf.model({ inputs: input, outputs });
  await expect(compileModel(model)).rejects.toThrow(message);
  await expect(compileModel(model)).rejects.toThrow(UserError);
  model.dispose();
});

test("several inputs of one layer are summed, of one shape, or refused", async () => {
  const lowered = async (node: LoweredNode | undefined, channels: readonly number[]) => {
    const model = modelOf((image) => {
      const maps = channels.map((filters, i) =>
        chain(image, tf.layers.conv2d({ name: `conv${i}`, filters, kernelSize: 1 }), new ScaledRelu(`relu${i}`)),
      );
      const several = layerOf("several", () => (node ? [node] : []), [...SHAPE.slice(0, 2), channels[0] ?? 0] as never);
      return chain(several.apply(maps) as tf.SymbolicTensor, tf.layers.globalAveragePooling2d({ name: "mean" }));
    });
    const { nodes } = await compileModel(model).finally(() => model.dispose());
    return nodes.map(({ op }) => op);
  };
  const each = ["conv", "affine", "relu"];
  expect(await lowered({ op: "add" }, [2, 2, 2])).toEqual([...each, ...each, "add", ...each, "add", "mean"]);
  await expect(lowered({ op: "add" }, [2, 3])).rejects.toThrow("layer several (Custom) lowers maps of different shapes to add");
  await expect(lowered({ op: "relu" }, [2, 2])).rejects.toThrow("layer several (Custom) lowers 2 inputs to relu, which takes one");
  await expect(lowered(undefined, [2, 2])).rejects.toThrow("layer several (Custom) lowers 2 inputs to no node");
});

test("a pool's average leaves padding out if it says so", async () => {
  for (const inside of [true, false]) {
    const node: LoweredNode = { op: "averagePool", size: [3, 3], strides: [1, 1], pad: [1, 1, 1, 1], ...(inside ? { inside } : {}) };
    const model = modelOf((image) =>
      chain(
        image,
        layerOf("pool", () => [node]),
        tf.layers.globalAveragePooling2d({ name: "mean" }),
      ),
    );
    const { nodes } = await compileModel(model);
    model.dispose();
    expect(nodes[0]).toEqual({ ...node, in: [0] });
  }
});

test("nodes are named by their layer, and by their place in it if there are several", async () => {
  const scaled = (x: number): LoweredNode => ({ ...affine(3), factor: new Float32Array(3).fill(x) }) as LoweredNode;
  const model = modelOf((image) =>
    chain(
      image,
      layerOf("one", () => [scaled(1)]),
      layerOf("two", () => [scaled(2), scaled(3)]),
      tf.layers.globalAveragePooling2d({ name: "mean" }),
    ),
  );
  const { tensors } = await compileModel(model);
  model.dispose();
  const factors = [...tensors].filter(([name]) => name.endsWith("factor")).map(([name, { data }]) => [name, data[0]]);
  expect(factors).toEqual([
    ["one.factor", 1],
    ["two.0.factor", 2],
    ["two.1.factor", 3],
  ]);
});

test("a weight that a layer does not have is refused by name", async () => {
  const layer = Object.assign(
    layerOf("custom", () => []),
    {
      lower: async ({ weight }: LoweringContext) => [
        { op: "affine", mean: await weight("mean"), factor: await weight("mean"), offset: await weight("mean") },
      ],
    },
  );
  const model = modelOf((image) => chain(image, layer));
  await expect(compileModel(model)).rejects.toThrow('layer custom (Custom) has no weight "mean"');
  model.dispose();
});

test("every layer that has no lower method is named, not only the first", async () => {
  const model = modelOf((image) => {
    const left = chain(image, layerOf("one"), tf.layers.globalAveragePooling2d({ name: "mean1" }));
    const right = chain(image, layerOf("two"), tf.layers.globalAveragePooling2d({ name: "mean2" }));
    return tf.layers.add({ name: "both" }).apply([left, right]) as tf.SymbolicTensor;
  });
  const sentence = (name: string) =>
    `export: layer ${name} (Custom) is of a kind that a packed model does not know. Replace it, or give it a lower method: docs/packed.md.`;
  await expect(compileModel(model)).rejects.toThrow(`${sentence("one")} ${sentence("two")}`);
  model.dispose();
});
