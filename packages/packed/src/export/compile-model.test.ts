import { registerWasmBackend } from "@benn/backend-wasm";
import { AveragePooling2D, BatchNorm, BinaryConv2D, BinaryDense, binarySign, deterministic, MaxPooling2D, none } from "@benn/binarize";
import { type Binarizer, type Random, UserError } from "@benn/core";
import { createRandom, EVALUATION, isStepAware } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { load } from "../load.ts";
import { compileModel } from "./compile-model.ts";
import { encodeModel } from "./encode-model.ts";

beforeAll(async () => {
  await registerWasmBackend();
  await tf.setBackend("benn-wasm");
});

const CLASSES = 4;

/** Random layers, in realistic and unrealistic combinations. */
function randomModel(random: Random): tf.LayersModel {
  const input = tf.input({ shape: [9, 8, 3] });
  let x: tf.SymbolicTensor = input;
  let count = 0;
  const name = (): string => `layer${count++}`;
  const apply = (layer: tf.layers.Layer): void => {
    x = layer.apply(x) as tf.SymbolicTensor;
  };
  const pick = <T>(values: readonly T[]): T => values[random.integer(values.length)]!;
  for (let i = 0; i < 9; i++) {
    const [, height = 1, width = 1, channels = 1] = x.shape as number[];
    const fits = Math.min(height, width) >= 4;
    switch (pick(["binary", "binary", "norm", "norm", "relu", "max", "average", "real", "around", "zeros"])) {
      case "binary":
        apply(
          new BinaryConv2D({
            name: name(),
            binarizer: deterministic,
            filters: 2 + random.integer(20),
            kernelSize: pick([1, 3]),
            padding: "same",
            strides: fits ? pick([1, 2]) : 1,
            activation: pick(["relu", "linear"]),
            useBias: random.integer(2) === 1,
          }),
        );
        break;
      case "norm":
        apply(
          random.integer(3)
            ? new BatchNorm({ name: name(), affine: random.integer(4) > 0 })
            : tf.layers.batchNormalization({ name: name() }),
        );
        break;
      case "relu":
        apply(pick([() => tf.layers.reLU({ name: name() }), () => tf.layers.activation({ name: name(), activation: "relu" })])());
        break;
      case "max":
        if (fits)
          apply(
            random.integer(2)
              ? new MaxPooling2D({ name: name(), poolSize: 3, strides: 2, padding: 1 })
              : tf.layers.maxPooling2d({ name: name(), poolSize: 2 }),
          );
        break;
      case "average":
        if (fits)
          apply(
            pick([
              () => new AveragePooling2D({ name: name(), poolSize: 3, strides: 2, padding: 1 }),
              () => tf.layers.averagePooling2d({ name: name(), poolSize: 3, strides: 1, padding: "same" }),
            ])(),
          );
        break;
      case "real":
        apply(
          tf.layers.conv2d({
            name: name(),
            filters: 2 + random.integer(9),
            kernelSize: pick([1, 3]),
            padding: pick(["same", "same", fits ? "valid" : "same"]),
            activation: pick(["linear", "relu"]),
          }),
        );
        break;
      case "zeros": {
        // The zeros become padding of the next layer, however much padding that has.
        const next = fits ? pick(["conv", "average", "padded average", "max"]) : "conv";
        const window = { poolSize: 4, strides: pick([1, 2]) };
        if (next === "max") apply(tf.layers.reLU({ name: name() }));
        const sides = (): [number, number] => [random.integer(2), 1];
        apply(tf.layers.zeroPadding2d({ name: name(), padding: [sides(), sides()] }));
        if (random.integer(3) === 0) apply(tf.layers.zeroPadding2d({ name: name(), padding: 1 }));
        if (next === "average") apply(tf.layers.averagePooling2d({ name: name(), ...window }));
        else if (next === "padded average") apply(new AveragePooling2D({ name: name(), ...window, padding: 1 }));
        else if (next === "max") apply(tf.layers.maxPooling2d({ name: name(), ...window }));
        else apply(tf.layers.conv2d({ name: name(), filters: 3, kernelSize: 5, padding: pick(["same", fits ? "valid" : "same"]) }));
        break;
      }
      default: {
        const around = x;
        apply(new BinaryConv2D({ name: name(), binarizer: deterministic, filters: channels, kernelSize: 3, padding: "same" }));
        if (random.integer(2)) apply(new BatchNorm({ name: name() }));
        x = tf.layers.add({ name: name() }).apply([around, x]) as tf.SymbolicTensor;
      }
    }
  }
  if (random.integer(2)) {
    apply(tf.layers.globalAveragePooling2d({ name: name() }));
    apply(
      random.integer(2)
        ? tf.layers.dense({ name: name(), units: CLASSES })
        : new BinaryDense({ name: name(), binarizer: deterministic, units: CLASSES }),
    );
  } else {
    apply(tf.layers.flatten({ name: name() }));
    apply(new BinaryDense({ name: name(), binarizer: deterministic, units: 7, activation: "relu" }));
    apply(new BatchNorm({ name: name() }));
    apply(new BinaryDense({ name: name(), binarizer: deterministic, units: CLASSES }));
  }
  const model = tf.model({ inputs: input, outputs: x });
  // Arbitrary weights: batch-norm scales of both signs, which reverse thresholds, and some of 0.
  tf.tidy(() => {
    for (const weight of model.weights) {
      const values = Float32Array.from({ length: weight.shape.reduce<number>((n, side) => n * (side ?? 1), 1) }, () => {
        if (weight.originalName.endsWith("variance")) return 0.1 + 3 * random.uniform();
        return weight.originalName.endsWith("gamma") && random.integer(8) === 0
          ? 0
          : random.normal() * (weight.originalName.endsWith("kernel") ? 0.3 : 1);
      });
      weight.write(tf.tensor(values, weight.shape as number[]));
    }
  });
  return model;
}

async function logitsOf(
  model: tf.LayersModel,
  images: Float32Array,
): Promise<{ readonly packed: Float32Array[]; readonly graph: Float32Array }> {
  const compiled = await compileModel(model);
  const header = {
    shape: [9, 8, 3],
    labels: Array.from({ length: CLASSES }, (_, i) => String(i)),
    voter: "soft",
    preprocessing: "none",
  } as const;
  const packed = await load(encodeModel(header, [{ architecture: "random", alpha: 1, nodes: compiled.nodes }], compiled.tensors));
  const count = images.length / 216;
  const graph = tf.tidy(() => (model.apply(tf.tensor4d(images, [count, 9, 8, 3])) as tf.Tensor).dataSync<"float32">().slice());
  return {
    packed: Array.from({ length: count }, (_, i) => packed.predict(images.subarray(i * 216, (i + 1) * 216)).votes[0]!.logits),
    graph,
  };
}

test("any network of known layers gives the logits of its graph, with scales of either sign, pools in between and values read twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = createRandom(seed, "model");
      const model = randomModel(random);
      const images = Float32Array.from({ length: 4 * 216 }, () => random.normal());
      const before = tf.memory().numTensors;
      const { packed, graph } = await logitsOf(model, images);
      expect(tf.memory().numTensors).toBe(before);
      const layers = model.layers.map((layer) => layer.getClassName()).join(" → ");
      model.dispose();
      for (const [row, logits] of packed.entries()) {
        const expected = graph.subarray(row * CLASSES, (row + 1) * CLASSES);
        expect(
          [...logits].map((logit) => logit + 0),
          layers,
        ).toEqual([...expected].map((logit) => logit + 0)); // + 0: turns −0 into 0
      }
    }),
    { numRuns: 40 },
  );
});

const inRow = (...layers: tf.layers.Layer[]): tf.LayersModel =>
  tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [9, 8, 3] }), ...layers] });
const oneLayer = (layer: tf.layers.Layer): tf.LayersModel => inRow(layer, tf.layers.globalAveragePooling2d({ name: "mean" }));

test("a layer whose sums are too many to be evaluated at once gives the logits of its graph", async () => {
  const dense = (name: string, units: number) => new BinaryDense({ name, binarizer: deterministic, units });
  const model = inRow(
    tf.layers.flatten({ name: "flatten" }),
    dense("wide", 10_000),
    new BatchNorm({ name: "norm" }),
    dense("classes", CLASSES),
  );
  const random = createRandom(2, "wide");
  const images = Float32Array.from({ length: 4 * 216 }, () => random.normal());
  const { packed, graph } = await logitsOf(model, images);
  expect(packed.flatMap((logits) => [...logits])).toEqual([...graph]);
  expect(new Set(graph).size).toBeGreaterThan(8);
  model.dispose();
});

test("a layer of the real-valued twin runs as a real layer, which is told by its name", async () => {
  const model = oneLayer(new BinaryConv2D({ name: "twin", binarizer: none, filters: CLASSES, kernelSize: 3 }));
  const { warnings, nodes } = await compileModel(model);
  expect(warnings).toEqual(["twin runs as a real layer: its inputs are 32 bits wide"]);
  expect(nodes.map(({ op }) => op)).toEqual(["conv", "mean"]);
  model.dispose();
});

test("a kernel of more than two values a filter cannot be packed behind signs, and is refused by name", async () => {
  const ternary = { ...deterministic, kernel: (w: tf.Tensor) => tf.mul(tf.sign(tf.relu(w)), 2) };
  const model = oneLayer(new BinaryConv2D({ name: "odd", binarizer: ternary, filters: CLASSES, kernelSize: 3 }));
  await expect(compileModel(model)).rejects.toThrow(/layer odd takes signs, but its kernel is not of two values a filter/);
  model.dispose();
});

test("activations of 2 to 8 bits, for which there is no operation, are refused by name", async () => {
  const binarizer: Binarizer = { ...none, bits: { activations: 2, kernel: 1 } };
  const model = oneLayer(new BinaryConv2D({ name: "fine", binarizer, filters: CLASSES, kernelSize: 3 }));
  await expect(compileModel(model)).rejects.toThrow(/layer fine takes activations of 2 bits, for which packed models have no operation/);
  model.dispose();
});

test("thresholds that a binarizer trains are those of the packed model", async () => {
  const shifted: Binarizer = {
    ...deterministic,
    parameters: () => ({ threshold: tf.tensor1d([-0.6, 0.2, 0.9]) }),
    activations: (x, _, { threshold }) => binarySign(tf.sub(x, threshold!)),
  };
  const model = oneLayer(new BinaryConv2D({ name: "conv", binarizer: shifted, filters: CLASSES, kernelSize: 3 }));
  const random = createRandom(1, "images");
  const { packed, graph } = await logitsOf(
    model,
    Float32Array.from({ length: 4 * 216 }, () => random.normal()),
  );
  expect(packed.flatMap((logits) => [...logits])).toEqual([...graph]);
  model.dispose();
});

test("a binarizer that is no sign is refused by the layer's name, before thresholds are searched", async () => {
  const wave = { ...deterministic, activations: (x: tf.Tensor) => tf.sign(tf.sin(x)) };
  const model = oneLayer(new BinaryConv2D({ name: "wave", binarizer: wave, filters: CLASSES, kernelSize: 3 }));
  const search = (): never => {
    throw new Error("searched for thresholds");
  };
  await expect(compileModel(model, "", search)).rejects.toThrow(/layer wave has a binarizer whose bits change more than once/);
  model.dispose();
});

test.for<[string, () => tf.layers.Layer, RegExp]>([
  [
    "a layer of another kind",
    () => tf.layers.conv2dTranspose({ name: "up", filters: 4, kernelSize: 3 }),
    /layer up \(Conv2DTranspose\) is of a kind that a packed model does not know/,
  ],
  [
    "another activation",
    () => tf.layers.conv2d({ name: "curved", filters: 4, kernelSize: 3, activation: "tanh" }),
    /layer curved \(Conv2D\) has the activation tanh/,
  ],
  ["dilation", () => tf.layers.conv2d({ name: "wide", filters: 4, kernelSize: 3, dilationRate: 2 }), /layer wide \(Conv2D\) is dilated/],
])("%s is refused by the layer's name", async ([, make, message]) => {
  const model = oneLayer(make());
  for (const layer of model.layers) if (isStepAware(layer)) layer.prepare(EVALUATION);
  await expect(compileModel(model)).rejects.toThrow(message);
  await expect(compileModel(model)).rejects.toThrow(UserError);
  model.dispose();
});

const zeros = (padding = 1) => tf.layers.zeroPadding2d({ name: "zeros", padding });
test.for<[string, () => readonly tf.layers.Layer[], RegExp]>([
  [
    "a binary layer, which would take the sign of a zero for +1",
    () => [zeros(), new BinaryConv2D({ name: "next", binarizer: deterministic, filters: 4, kernelSize: 3 })],
    /layer zeros pads with zeros before layer next, which takes signs, and the sign of 0 is \+1\. A packed model pads only convolutions/,
  ],
  [
    "a max pool of values below 0, where a zero would win",
    () => [zeros(), tf.layers.maxPooling2d({ name: "next", poolSize: 3 })],
    /layer zeros pads with zeros before layer next, a max pool of values that may be below 0/,
  ],
  [
    "an average that counts other padding otherwise",
    () => [zeros(), tf.layers.averagePooling2d({ name: "next", poolSize: 3, strides: 1, padding: "same" })],
    /before layer next, an average pool that leaves its own padding out/,
  ],
  ["a layer that has no window", () => [zeros(), tf.layers.flatten({ name: "next" })], /before layer next, which has no window/],
  [
    "a window that does not reach over them",
    () => [zeros(3), tf.layers.conv2d({ name: "next", filters: 4, kernelSize: 3 })],
    /layer next has padding of 3, 3, 3, 3 and a window of 3×3/,
  ],
  ["nothing", () => [zeros()], /layer zeros pads the logits/],
])("zeros around a map are refused before %s", async ([, make, message]) => {
  const model = inRow(...make());
  await expect(compileModel(model)).rejects.toThrow(message);
  await expect(compileModel(model)).rejects.toThrow(UserError);
  model.dispose();
});

test("a model that ends in a map is refused", async () => {
  const map = inRow(tf.layers.conv2d({ name: "last", filters: 3, kernelSize: 3 }));
  await expect(compileModel(map)).rejects.toThrow(/^export: model \S+: ends in 7×6×3 floats for 3 labels\./);
  map.dispose();
});

test("a layer that stands in a model twice is refused by name", async () => {
  const [input, twice] = [tf.input({ shape: [9, 8, 3] }), tf.layers.conv2d({ name: "twice", filters: 3, kernelSize: 3, padding: "same" })];
  const again = twice.apply(twice.apply(input)) as tf.SymbolicTensor;
  const outputs = tf.layers.globalAveragePooling2d({ name: "mean" }).apply(again) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs });
  await expect(compileModel(model)).rejects.toThrow(/layer twice stands in the model twice/);
  model.dispose();
});
