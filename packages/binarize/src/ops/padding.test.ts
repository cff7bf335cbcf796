import * as tf from "@benn/core/tensorflow";
import { beforeAll, expect, test } from "vitest";
import { normal } from "../../test/finite-differences.ts";
import { AveragePooling2D, MaxPooling2D } from "../layers/pooling2d.ts";
import { binaryConv2d } from "./binary-conv2d.ts";
import { binarySign } from "./binary-sign.ts";
import { conv2d, padded } from "./padding.ts";

const KERNELS = ["Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", "MaxPool", "AvgPool"];

// TensorFlow.js's plain backend under the name of TensorFlow's native library, and with its restriction.
beforeAll(async () => {
  await tf.setBackend("cpu");
  const { constructor: Cpu } = tf.backend() as unknown as { constructor: new () => tf.KernelBackend };
  tf.registerBackend("tensorflow", () => new Cpu());
  tf.copyRegisteredKernels("cpu", "tensorflow");
  for (const name of KERNELS) {
    const plain = tf.getKernel(name, "cpu");
    tf.unregisterKernel(name, "tensorflow");
    tf.registerKernel({
      ...plain,
      backendName: "tensorflow",
      kernelFunc(args) {
        if (args.attrs?.["pad"] !== "valid") throw new Error(`${name}: no padding but "valid" is known`);
        return plain.kernelFunc(args);
      },
    });
  }
});

test("the sides that are told grow, by the value that is told, and nothing is copied where none does", () => {
  tf.tidy(() => {
    const x = tf.ones<tf.Rank.R4>([1, 1, 1, 1]);
    expect(padded(x, [0, 0, 0, 0])).toBe(x);
    for (const [pad, rows] of [
      [
        [1, 0, 0, 0],
        [[7], [1]],
      ],
      [
        [0, 1, 0, 0],
        [[1], [7]],
      ],
      [[0, 0, 1, 0], [[7, 1]]],
      [[0, 0, 0, 1], [[1, 7]]],
    ] as const) {
      expect(tf.squeeze(padded(x, pad, 7), [0, 3]).arraySync()).toEqual(rows);
      const opposite = [pad[0] || pad[1], pad[0] || pad[1], pad[2] || pad[3], pad[2] || pad[3]] as const;
      expect(padded(x, opposite).size).toBe(3);
    }
    expect(padded(x, [1, 0, 0, 1]).size).toBe(4);
    expect(padded(x, [0, 1, 0, 1]).size).toBe(4);
  });
});

test("a backend that cannot pad gets what is padded already: convolutions and pools are what they are elsewhere", async () => {
  const values: number[][][] = [];
  for (const backend of ["cpu", "tensorflow"]) {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const x = normal([2, 5, 6, 3], 1) as tf.Tensor4D;
      const kernel = normal([3, 3, 3, 4], 2) as tf.Tensor4D;
      const pad = [1, 0, 2, 1] as const;
      const options = { strides: [2, 1], pad, scale: 1, relu: false } as const;
      const binary = (x: tf.Tensor, w: tf.Tensor) => binaryConv2d(x as tf.Tensor4D, w as tf.Tensor4D, undefined, options);
      const inputs = [binarySign(x), binarySign(kernel)];
      const results = [
        conv2d(x, kernel, [1, 2], pad),
        binary(inputs[0]!, inputs[1]!),
        ...tf.grads((x, w) => tf.sum(tf.mul(binary(x, w), normal([2, 2, 7, 4], 3))))(inputs),
        new MaxPooling2D({ poolSize: 3, strides: 2, padding: 1 }).apply(tf.sub(x, 9)) as tf.Tensor,
        new AveragePooling2D({ poolSize: 3, strides: 2, padding: 1 }).apply(x) as tf.Tensor,
      ];
      values.push(results.map((tensor) => [...tensor.shape, ...tensor.dataSync()]));
    });
  }
  await tf.setBackend("cpu");
  expect(values[1]).toEqual(values[0]);
});
