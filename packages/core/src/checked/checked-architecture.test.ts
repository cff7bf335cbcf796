import * as tf from "../tensorflow.ts";
import { expect, test } from "vitest";
import type { BuildOptions } from "../architecture.ts";
import { checkedArchitecture } from "./checked-architecture.ts";

const options = { inputShape: [4, 4, 1], classes: 3 } as unknown as BuildOptions;
const build = (model: unknown): tf.LayersModel => checkedArchitecture({ build: () => model } as never, "architecture mine").build(options);
const input = (...shape: number[]): tf.SymbolicTensor => tf.input({ shape });
const logits = (x: tf.SymbolicTensor): tf.SymbolicTensor =>
  tf.layers.dense({ units: 3 }).apply(tf.layers.flatten().apply(x)) as tf.SymbolicTensor;

test("a model has one input and one output of the shapes asked for, sizes that are not known beforehand included", () => {
  const right = input(4, 4, 1);
  expect(build(tf.model({ inputs: right, outputs: logits(right) })).outputs).toHaveLength(1);
  const open = tf.input({ shape: [null, 4, 1] });
  const pooled = tf.layers.dense({ units: 3 }).apply(tf.layers.globalAveragePooling2d({}).apply(open)) as tf.SymbolicTensor;
  expect(build(tf.model({ inputs: open, outputs: pooled })).inputs).toHaveLength(1);
});

test("another shape, fewer axes, or two inputs or outputs are refused, and the model is disposed", () => {
  const [first, second, flat] = [input(4, 4, 1), input(4, 4, 1), input(4, 4)];
  const before = tf.memory().numTensors;
  const both = tf.layers.add().apply([first, second]) as tf.SymbolicTensor;
  const wrong: [tf.LayersModel, string][] = [
    [
      tf.model({ inputs: [first, second], outputs: logits(both) }),
      "has the input [batch, 4, 4, 1] and [batch, 4, 4, 1]. It must be [batch, 4, 4, 1]",
    ],
    [
      tf.model({ inputs: first, outputs: [logits(first), logits(first)] }),
      "has the output [batch, 3] and [batch, 3]. It must be [batch, 3]",
    ],
    [
      tf.model({ inputs: flat, outputs: logits(flat) }),
      "has the input [batch, 4, 4]. It must be [batch, 4, 4, 1] for these images and 3 classes.",
    ],
    [tf.model({ inputs: first, outputs: first }), "has the output [batch, 4, 4, 1]."],
  ];
  for (const [model, message] of wrong) expect(() => build(model)).toThrow(message);
  expect(tf.memory().numTensors).toBe(before);
});

test("what is no model is refused, whatever it has in common with one", () => {
  const model = { layers: [], outputs: [], inputs: [], dispose: () => {} };
  for (const wrong of [null, 3, { ...model, layers: 1 }, { ...model, outputs: 1 }, { ...model, dispose: 1 }])
    expect(() => build(wrong)).toThrow(/^architecture mine: build returned .+\. It must return a tf\.LayersModel\.$/);
});
