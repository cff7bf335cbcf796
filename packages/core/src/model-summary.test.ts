import * as tf from "./tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Binarizer } from "./binarizer.ts";
import { type LayerSummary, summarizeModel } from "./model-summary.ts";
import { SignConv2D } from "./train/sign-conv2d.ts";

beforeAll(() => tf.setBackend("cpu"));

const withBits = (name: string, filters: number, kernelSize: number, bits: Binarizer["bits"]): tf.layers.Layer =>
  Object.assign(new SignConv2D({ name, filters, kernelSize }), { bits });

test("parameters, multiply-adds, bit operations and bytes are counted by the bits of each layer", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: "real", inputShape: [6, 6, 2], filters: 3, kernelSize: 3 }),
      withBits("signs", 5, 2, { activations: 1, kernel: 1 }),
      withBits("weights", 1, 1, { activations: 32, kernel: 1 }),
      withBits("few", 1, 3, { activations: 2, kernel: 3 }),
      tf.layers.batchNormalization({ name: "norm" }),
      tf.layers.flatten({ name: "flat" }),
      tf.layers.dense({ name: "classes", units: 2, useBias: false }),
    ],
  });
  const { layers, ...whole } = summarizeModel(model);
  const none = { parameters: 0, binaryParameters: 0, binaryMultiplyAdds: 0, realMultiplyAdds: 0, bitOperations: 0, bytes: 0 };
  const expected: LayerSummary[] = [
    {
      ...none,
      name: "real",
      type: "Conv2D",
      outputShape: [4, 4, 3],
      parameters: 57,
      realMultiplyAdds: 864,
      bitOperations: 864 * 1024,
      bytes: 4 * 57,
    },
    {
      ...none,
      name: "signs",
      type: "SignConv2D",
      outputShape: [3, 3, 5],
      parameters: 60,
      binaryParameters: 60,
      binaryMultiplyAdds: 540,
      bitOperations: 540,
      bytes: 8 + 4 * 5,
    },
    {
      ...none,
      name: "weights",
      type: "SignConv2D",
      outputShape: [3, 3, 1],
      parameters: 5,
      binaryParameters: 5,
      realMultiplyAdds: 45,
      bitOperations: 45 * 32,
      bytes: 1 + 4,
    },
    {
      ...none,
      name: "few",
      type: "SignConv2D",
      outputShape: [1, 1, 1],
      parameters: 9,
      realMultiplyAdds: 9,
      bitOperations: 9 * 6,
      bytes: 4 + 4,
    },
    { ...none, name: "norm", type: "BatchNormalization", outputShape: [1, 1, 1], parameters: 2, bytes: 16 },
    { ...none, name: "flat", type: "Flatten", outputShape: [1] },
    { ...none, name: "classes", type: "Dense", outputShape: [2], parameters: 2, realMultiplyAdds: 2, bitOperations: 2 * 1024, bytes: 8 },
  ];
  expect(layers).toEqual(expected);
  expect(whole).toEqual({
    parameters: 57 + 60 + 5 + 9 + 2 + 2,
    binaryParameters: 65,
    multiplyAdds: 864 + 540 + 45 + 9 + 2,
    binaryMultiplyAdds: 540,
    bitOperations: 866 * 1024 + 540 + 45 * 32 + 54,
    bytes: 228 + 28 + 5 + 8 + 16 + 8,
    realBytes: 4 * (57 + 60 + 5 + 9 + 4 + 2),
  });
  model.dispose();
});
