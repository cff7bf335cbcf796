import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { namedWeights, readWeights, sameShapes, weightsFit, type WeightValues, writeWeights } from "./model-weights.ts";
import { stableNames } from "./stable-names.ts";

beforeAll(() => tf.setBackend("cpu"));

const nameless = (): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [3], units: 2 }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 2, useBias: false }),
      tf.layers.dense({ name: "classes", units: 2 }),
    ],
  });

test("weights are named by place in the model, whatever else the process has built", () => {
  const expected = [
    "dense_Dense1/kernel",
    "dense_Dense1/bias",
    "batch_normalization_BatchNormalization1/gamma",
    "batch_normalization_BatchNormalization1/beta",
    "dense_Dense2/kernel",
    "classes/kernel",
    "classes/bias",
    "batch_normalization_BatchNormalization1/moving_mean",
    "batch_normalization_BatchNormalization1/moving_variance",
  ];
  for (let i = 0; i < 2; i++) {
    const model = nameless();
    expect(
      namedWeights(model)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(expected.toSorted());
    for (const [name, weight] of namedWeights(model)) expect(weight.originalName.split("/").at(-1)).toBe(name.split("/").at(-1));
    model.dispose();
  }
});

test("made-up names of layers, of their inputs and of the model are numbered anew, names that were given stay", () => {
  nameless().dispose();
  const model = nameless();
  const names = stableNames(model);
  const [first, norm, second, classes] = model.layers.map(({ name }) => name);
  expect(names.get(model.name)).toBe("model");
  expect([first, norm, second].map((name) => names.get(name!))).toEqual([
    "dense_Dense1",
    "batch_normalization_BatchNormalization1",
    "dense_Dense2",
  ]);
  expect(names.get(`${first}_input`)).toBe("dense_Dense1_input");
  expect(names.has(classes!)).toBe(false);
  model.dispose();
  const [input, other] = [tf.input({ shape: [2] }), tf.input({ shape: [2] })];
  const both = tf.model({ inputs: [input, other], outputs: tf.layers.add().apply([input, other]) as tf.SymbolicTensor });
  const made = stableNames(both);
  expect(both.layers.map(({ name }) => made.get(name))).toEqual(["input1", "input2", "add_Add1"]);
});

const one = (shape: number[], value = 1) => ({ shape, values: new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(value) });

test("weights that are read and written are the same, and only those of all names and shapes fit", async () => {
  const model = nameless();
  const weights = await readWeights(model);
  expect(weightsFit(model, weights)).toBe(true);
  const doubled: WeightValues = new Map(
    [...weights].map(([name, { shape, values }]) => [name, { shape, values: values.map((x) => 2 * x + 1) }]),
  );
  const { numTensors } = tf.memory();
  writeWeights(model, doubled);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(await readWeights(model)).toEqual(doubled);

  const without = new Map([...weights].slice(1));
  expect(weightsFit(model, without)).toBe(false);
  expect(weightsFit(model, new Map([...without, ["other/kernel", one([3, 2])]]))).toBe(false);
  expect(weightsFit(model, new Map([...weights, ["classes/bias", one([3])]]))).toBe(false);
  expect(weightsFit(model, new Map([...weights, ["more/bias", one([3])]]))).toBe(false);
  expect(() => writeWeights(model, without)).toThrow('weight "dense_Dense1/kernel" is missing from what is to be restored.');
  model.dispose();
});

test("two models have the same weights if all names and shapes are the same", () => {
  const own: WeightValues = new Map([
    ["a", one([2, 3])],
    ["b", one([4])],
  ]);
  expect(
    sameShapes(
      own,
      new Map([
        ["b", one([4], 7)],
        ["a", one([2, 3], 7)],
      ]),
    ),
  ).toBe(true);
  expect(
    sameShapes(
      own,
      new Map([
        ["a", one([3, 2])],
        ["b", one([4])],
      ]),
    ),
  ).toBe(false);
  expect(
    sameShapes(
      own,
      new Map([
        ["a", one([2, 3])],
        ["c", one([4])],
      ]),
    ),
  ).toBe(false);
  expect(sameShapes(own, new Map([["a", one([2, 3])]]))).toBe(false);
  expect(sameShapes(new Map([["a", one([2, 3])]]), own)).toBe(false);
});

test("two weights of one name are refused", async () => {
  const twice = () => Object.assign(tf.layers.dense({ units: 1, useBias: false }), { name: "same" });
  const input = tf.input({ shape: [1] });
  const model = tf.model({
    inputs: input,
    outputs: twice().apply(tf.layers.dense({ name: "other", units: 1, useBias: false }).apply(input)) as tf.SymbolicTensor,
  });
  const [first, second] = model.weights;
  Object.assign(second!, { originalName: first!.originalName });
  await expect(readWeights(model)).rejects.toThrow(/two weights are named "other\/kernel"\. Give its layers names of their own\./);
});
