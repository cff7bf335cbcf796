// What a packed model cannot represent, reported by layer.
import { registerWasmBackend } from "@benn/backend-wasm";
import { UserError } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, describe, expect, test } from "vitest";
import { compileModel } from "./compile-model.ts";

beforeAll(async () => {
  await registerWasmBackend();
  await tf.setBackend("benn-wasm");
});

const SHAPE = [9, 8, 3] as const;
const inRow = (...layers: tf.layers.Layer[]): tf.LayersModel =>
  tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [...SHAPE] }), ...layers] });
const mean = () => tf.layers.globalAveragePooling2d({ name: "mean" });

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
