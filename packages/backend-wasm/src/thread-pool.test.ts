import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as tf from "@benn/core/tensorflow";
import { describe, expect, it } from "vitest";
import { binaryConvolution } from "../test/binary-shapes.ts";
import { randomValues } from "../test/random-values.ts";
import { run } from "../test/use-backend.ts";
import { BACKEND_NAME, registerWasmBackend } from "./register.ts";

const values = (shape: readonly number[], name: string) =>
  [
    randomValues(
      shape.reduce((product, n) => product * n),
      name,
    ),
    shape,
  ] as const;

/** Every kernel that splits its work, on shapes large enough for many chunks of unequal size. */
function everything(only?: readonly string[]): string[] {
  const window = { strides: [2, 2], pad: [[0, 0], [1, 1], [1, 1], [0, 0]], dataFormat: "NHWC", dilations: [1, 1] }; // prettier-ignore
  const images = [19, 21, 13, 12];
  const binary = binaryConvolution({
    batch: 37,
    h: 9,
    w: 7,
    c: 48,
    f: 40,
    kh: 3,
    kw: 3,
    strides: [1, 1],
    pad: [1, 1, 1, 1],
    zeros: true,
    relu: 1,
    scale: 2,
    biased: true,
  });
  const pool = { filterSize: 3, strides: 2, pad: [[0, 0], [1, 1], [1, 1], [0, 0]], dimRoundingMode: "floor" }; // prettier-ignore
  const pooled = [19, 11, 7, 12];
  const all = {
    Add: [{ a: values([70_001], "a"), b: values([70_001], "b") }, {}],
    Multiply: [{ a: values([900, 101], "a"), b: values([101], "b") }, {}],
    Sum: [{ x: values([9001, 11], "x") }, { axis: [0], keepDims: false }],
    Mean: [{ x: values([400, 211], "x") }, { axis: [1], keepDims: false }],
    PadV2: [{ x: values(images, "x") }, { paddings: [[0, 0], [1, 1], [1, 2], [0, 0]], constantValue: 3 }], // prettier-ignore
    BatchNorm: [{ x: values([9001, 12], "x"), scale: values([12], "s"), offset: values([12], "o") }, { epsilon: 1e-4 }],
    BatchNormGrad: [
      { x: values([9001, 12], "x"), dy: values([9001, 12], "dy"), mean: values([12], "m"), variance: [new Float32Array(12).fill(2), [12]] },
      { epsilon: 1e-4 },
    ],
    MovingAverages: [
      {
        average0: values([90_001], "m"),
        value0: values([90_001], "bm"),
        average1: values([40_001], "v"),
        value1: values([40_001], "bv"),
      },
      { momentum: 0.9, factors: [1, 1.01] },
    ],
    BinaryKernel: [{ w: values([3, 3, 50, 77], "w") }, {}],
    BinaryKernelGrad: [{ w: values([3, 3, 50, 77], "w"), binary: values([3, 3, 50, 77], "b"), dy: values([3, 3, 50, 77], "dy") }, {}],
    CentreAndClip: [{ w: values([3, 3, 50, 77], "w") }, {}],
    BinarySign: [{ x: values([90_001], "x") }, {}],
    DropoutMask: [{ x: values([90_001], "x") }, { rate: 0.5, seed: 3 }],
    AdamStep: [
      {
        weight0: values([90_001], "w"),
        gradient0: values([90_001], "g"),
        firstMoment0: values([90_001], "m"),
        secondMoment0: [randomValues(90_001, "v").map(Math.abs), [90_001]],
      },
      { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-5, step: 3 },
    ],
    SgdStep: [
      { weight0: values([90_001], "w"), gradient0: values([90_001], "g"), velocity0: values([90_001], "m") },
      { learningRate: 0.01, momentum: 0.9, nesterov: 1, weightDecay: 1e-5 },
    ],
    BopStep: [
      { weight0: values([90_001], "w"), gradient0: values([90_001], "g"), average0: values([90_001], "m") },
      { gamma: 0.1, threshold: 0.5 },
    ],
    BatchMatMul: [
      { a: values([301, 130], "a"), b: values([130, 77], "b") },
      { transposeA: false, transposeB: false },
    ],
    Conv2D: [{ x: values(images, "x"), filter: values([3, 3, 12, 20], "w") }, window],
    Conv2DBackpropFilter: [
      { x: values(images, "x"), dy: values([19, 11, 7, 20], "dy") },
      { ...window, filterShape: [3, 3, 12, 20] },
    ],
    Conv2DBackpropInput: [
      { dy: values([19, 11, 7, 20], "dy"), filter: values([3, 3, 12, 20], "w") },
      { ...window, inputShape: images },
    ],
    MaxPool: [{ x: values(images, "x") }, pool],
    AvgPool: [{ x: values(images, "x") }, pool],
    AvgPoolGrad: [{ dy: values(pooled, "dy"), input: values(images, "x") }, pool],
    BinaryConv2D: [
      { x: [binary.x, binary.shapes.x], kernel: [binary.kernel, binary.shapes.kernel], bias: [binary.bias, [40]] },
      binary.attributes,
    ],
    BinaryConv2DGrad: [
      {
        dy: values(binary.shapes.y, "dy"),
        x: [binary.x, binary.shapes.x],
        kernel: [binary.kernel, binary.shapes.kernel],
        y: [binary.y, binary.shapes.y],
      },
      binary.attributes,
    ],
  } as const;
  const chosen = Object.entries(all).filter(([name]) => only?.includes(name) ?? true);
  return chosen.map(([name, [inputs, attributes]]) => {
    const hash = createHash("sha256");
    for (const output of run(name, inputs as never, attributes)) hash.update(output.values);
    return `${name} ${hash.digest("hex")}`;
  });
}

/** The inputs of binary layers after a real convolution in evaluation, and after dropout: signs that are never materialized. */
function signsBehind(): Float32Array[] {
  return tf.tidy(() => {
    const x = tf.tensor4d(randomValues(19 * 21 * 13 * 12, "x"), [19, 21, 13, 12]);
    const filter = tf.tensor4d(randomValues(3 * 3 * 12 * 20, "w"), [3, 3, 12, 20]);
    const kernel = tf.tensor4d(
      randomValues(20 * 33, "kernel").map((value) => (value < 0 ? -1 : 1)),
      [1, 1, 20, 33],
    );
    const run = (name: string, inputs: Record<string, tf.Tensor>, attributes = {}): tf.Tensor =>
      tf.engine().runKernel(name, inputs, attributes);
    const convolved = (signs: tf.Tensor) =>
      run("BinaryConv2D", { x: signs, kernel }, { strides: [1, 1], pad: [0, 0, 0, 0] }).dataSync() as Float32Array;
    const unread = run("BinarySign", { x: tf.relu(tf.conv2d(x, filter, 1, "same").sub(0.5)) });
    const behind = run("BinarySign", { x: tf.conv2d(x, filter, 1, "same") });
    return [convolved(behind), convolved(unread), convolved(run("DropoutMask", { x: behind }, { rate: 0.5, seed: 3 }))];
  });
}

describe("threads", () => {
  it("come to the same bytes, however many they are", async () => {
    await registerWasmBackend({ threads: 1 });
    await tf.setBackend(BACKEND_NAME);
    const alone = [everything(), signsBehind()];
    for (const threads of [2, 3]) {
      const { pool } = await registerWasmBackend({ threads });
      expect(pool.threads).toBe(threads);
      for (let round = 0; round < 3; round++) expect([everything(), signsBehind()]).toEqual(alone);
    }
  });

  it("come to the same bytes with gradients of 16 bits", async () => {
    await registerWasmBackend({ threads: 1, gradients: "int16" });
    await tf.setBackend(BACKEND_NAME);
    const alone = everything(["BinaryConv2DGrad"]);
    for (const threads of [2, 3]) {
      await registerWasmBackend({ threads, gradients: "int16" });
      for (let round = 0; round < 3; round++) expect(everything(["BinaryConv2DGrad"])).toEqual(alone);
    }
  });

  it("go on after a kernel that failed, in whichever thread", async () => {
    const backend = await registerWasmBackend({ threads: 2 });
    const beyond = 4 * 1024 ** 3 - 64;
    for (let round = 0; round < 5; round++) {
      expect(() => backend.run("unary", { total: 4096, grain: 64 }, 0, beyond - 1024, beyond - 1024, 0, 0)).toThrow();
      expect(tf.tidy(() => tf.add(tf.fill([90_000], 2), 1).sum().dataSync()[0])).toBe(270_000); // prettier-ignore
    }
  });

  it("are fewer where the memory cannot be shared, and go when the backend goes", async () => {
    const { pool } = await registerWasmBackend({ threads: 3 });
    expect(pool.threads).toBe(3);
    tf.removeBackend(BACKEND_NAME);
    expect(pool.threads).toBe(1);
  });

  it("keep no process alive", () => {
    const program = `
      const tf = await import("@benn/core/tensorflow");
      const { registerWasmBackend } = await import(${JSON.stringify(new URL("register.ts", import.meta.url).href)});
      const { pool } = await registerWasmBackend({ threads: 3 });
      await tf.setBackend("benn-wasm");
      console.log(pool.threads, tf.add(tf.zeros([200000]), 1).sum().dataSync()[0]);`;
    const options = { cwd: import.meta.dirname, encoding: "utf8", timeout: 20_000 } as const;
    const { stdout, status } = spawnSync(process.execPath, ["--conditions=source", "--input-type=module", "-e", program], options);
    expect([stdout.trim().split("\n").at(-1), status]).toEqual(["3 200000", 0]);
  });
});
