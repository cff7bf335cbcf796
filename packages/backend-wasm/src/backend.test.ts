import { createContainer, LOSSES, OPTIMIZERS } from "@benn/core";
import { createStep, memberOptimizer, OutOfMemoryError } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { describe, expect, it } from "vitest";
import { randomValues } from "../test/random-values.ts";
import { useBackend } from "../test/use-backend.ts";
import { BACKEND_NAME, registerWasmBackend } from "./register.ts";

/** Allocates and frees the block that a tensor of `length` floats would get. */
function churn(length: number): void {
  tf.add(tf.tensor1d(new Float32Array(length).fill(8)), 1).dispose();
}

describe("the backend's tensors", () => {
  useBackend();

  it("keeps what was read out of a tensor after the tensor is gone", () => {
    const [sum, values] = tf.tidy(() => {
      const y = tf.add(tf.tensor1d([1, 2, 3]), tf.tensor1d([4, 5, 6]));
      return [y.dataSync(), y.arraySync()];
    });
    tf.tidy(() => churn(3));
    expect([...sum]).toEqual([5, 7, 9]);
    expect(values).toEqual([5, 7, 9]);
  });

  it("gives a kernel of the CPU backend's that answers with a view of its input a tensor of its own", () => {
    const part = tf.tidy(() => {
      const y = tf.add(tf.tensor([1, 2, 3, 4, 5, 6], [1, 1, 1, 3, 2]), 1);
      return tf.slice(y, [0, 0, 0, 1, 0], [1, 1, 1, 2, 2]); // five axes: handled by the CPU backend's slice
    });
    tf.tidy(() => churn(4));
    expect([...part.dataSync()]).toEqual([4, 5, 6, 7]);
    part.dispose();
  });

  it("counts references: a reshaped tensor outlives the one it came from", () => {
    const y = tf.tidy(() => tf.add(tf.tensor2d([[1, 2, 3, 4]]), 1).reshape([2, 2]));
    tf.tidy(() => churn(4));
    expect([...y.dataSync()]).toEqual([2, 3, 4, 5]);
    y.dispose();
  });

  it("turns truth values and integers to floats and leaves them what they were", () => {
    tf.tidy(() => {
      const truth = tf.greater(tf.tensor1d([1, -1]), 0);
      expect([...tf.mul(truth.cast("float32"), 0.5).dataSync()]).toEqual([0.5, 0]);
      expect([...truth.dataSync()]).toEqual([1, 0]);
      const large = tf.tensor1d([2 ** 24 + 1], "int32");
      expect([...large.cast("float32").add(tf.scalar(0)).dataSync()]).toEqual([2 ** 24]);
      expect([...large.dataSync()]).toEqual([2 ** 24 + 1]);
      expect([...tf.add(tf.tensor1d([1, 2], "int32"), tf.tensor1d([3, 4], "int32")).dataSync()]).toEqual([4, 6]);
    });
  });

  it("takes tensors of another backend along, and gives its own", async () => {
    await tf.setBackend("cpu");
    const there = tf.tensor1d([1, 2]);
    await tf.setBackend(BACKEND_NAME);
    const here = tf.add(there, 1);
    await tf.setBackend("cpu");
    const back = tf.mul(here, 2);
    expect([...back.dataSync()]).toEqual([4, 6]);
    await tf.setBackend(BACKEND_NAME);
    tf.dispose([there, here, back]);
  });

  it("holds complex numbers as the CPU backend does", () => {
    tf.tidy(() => {
      const z = tf.complex(tf.add(tf.tensor1d([1, 2]), 1), tf.tensor1d([3, 4]));
      expect([...tf.real(z).dataSync(), ...tf.imag(z).dataSync()]).toEqual([2, 3, 3, 4]);
    });
  });

  it("says what was asked and what is in use when memory is full, and goes on working", async () => {
    const { tensors } = await registerWasmBackend({ memory: 64 });
    const before = [tf.memory().numTensors, tensors.bytesInUse];
    const mebibytes = (n: number) => tf.zeros([n << 18]);
    const tooMuch = () => tf.tidy(() => tf.square(mebibytes(68)).sum().dataSync());
    expect(tooMuch).toThrow(OutOfMemoryError);
    expect(tooMuch).toThrow(/no room for a tensor of 71\.3 MB with [\d.]+ \w?B in use of 67\.1 MB/);
    // The output already has its block when allocation for the input fails: the block must be freed.
    expect(() => tf.tidy(() => tf.square(mebibytes(40)).sum().dataSync())).toThrow(OutOfMemoryError);
    expect([tf.memory().numTensors, tensors.bytesInUse]).toEqual(before);
    expect(tf.tidy(() => tf.square(mebibytes(20)).sum().dataSync()[0])).toBe(0);
    await registerWasmBackend();
  });
});

describe("training", () => {
  useBackend();

  /** A small network with a convolution, batch norm, pooling and a dense layer, trained on one fixed batch. */
  function train(steps: number, afterStep?: () => void): { losses: number[]; weights: Float32Array[] } {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          filters: 5,
          kernelSize: 3,
          padding: "same",
          inputShape: [8, 8, 3],
          kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }),
        }),
        tf.layers.batchNormalization(),
        tf.layers.activation({ activation: "relu" }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({
          filters: 6,
          kernelSize: 3,
          strides: 2,
          activation: "relu",
          kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }),
        }),
        tf.layers.averagePooling2d({ poolSize: 1 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 4, kernelInitializer: tf.initializers.glorotNormal({ seed: 3 }) }),
      ],
    });
    const container = createContainer();
    const adam = container.resolve(OPTIMIZERS).create({ name: "adam", weightDecay: 0 });
    const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: adam }]);
    const takeStep = createStep({ model, optimizer, loss: container.resolve(LOSSES).create("cross-entropy") });
    const pixels = randomValues(16 * 8 * 8 * 3, "images");
    const labels = Int32Array.from({ length: 16 }, (_, i) => i % 4);
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const images = () => tf.tensor4d(pixels, [16, 8, 8, 3]);
      const { loss } = takeStep({ images, labels, learningRate: 0.01, seed: step, epoch: 0, epochs: 1 });
      losses.push(loss.dataSync()[0]!);
      loss.dispose();
      afterStep?.();
    }
    const weights = model.getWeights().map((weight) => weight.dataSync() as Float32Array);
    optimizer.dispose();
    model.dispose();
    return { losses, weights };
  }

  it("neither leaks a tensor nor a byte over 200 steps, and learns", async () => {
    const { tensors } = await registerWasmBackend();
    const seen = new Set<string>();
    let step = 0;
    const { losses } = train(200, () => {
      if (++step > 2) seen.add([tf.memory().numTensors, tensors.bytesInUse, tensors.bytesReserved].join(" "));
    });
    expect([...seen]).toHaveLength(1);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
  });

  it("comes to the same bytes every time", () => {
    expect(train(10)).toEqual(train(10));
  });

  it("goes as on TensorFlow.js's CPU backend, to rounding", async () => {
    const here = train(5);
    await tf.setBackend("cpu");
    const there = train(5);
    await tf.setBackend(BACKEND_NAME);
    for (const [i, loss] of here.losses.entries()) expect(loss).toBeCloseTo(there.losses[i]!, 4);
  });
});
