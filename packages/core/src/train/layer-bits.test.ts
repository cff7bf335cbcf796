import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Split } from "../dataset.ts";
import { BitsProbe } from "./layer-bits.ts";
import { readWeights, writeWeights } from "./model-weights.ts";
import { SignConv2D } from "./sign-conv2d.ts";

beforeAll(() => tf.setBackend("cpu"));

type Bits = { readonly activations: number; readonly kernel: number };
const layerOf = (name: string, filters: number, bits: Bits) => Object.assign(new SignConv2D({ name, filters, kernelSize: 1 }), { bits });

/** The first layer's kernel determines what the layer outputs for an image's only value. */
const modelOf = (...layers: tf.layers.Layer[]): tf.LayersModel =>
  tf.sequential({
    layers: [tf.layers.conv2d({ name: "real", inputShape: [1, 2, 1], filters: 4, kernelSize: 1, useBias: false }), ...layers],
  });

const asked: number[] = [];
const splitOf = (images: number[]): Split => ({
  labels: new Int32Array(images.length / 2),
  images: (rows) => (asked.push(...rows), Float32Array.from(rows.length === 0 ? [] : images).subarray(0, 2 * rows.length)),
});
const set = (model: tf.LayersModel, layer: string, values: number[]) => {
  const weight = model.getLayer(layer).weights[0]!;
  tf.tidy(() => void weight.write(tf.tensor(values, weight.shape as number[])));
};

test("binary activations are looked at on the first images: how many are beyond ±1, and which channels never change their sign", async () => {
  const model = modelOf(layerOf("signs", 1, { activations: 1, kernel: 1 }));
  set(model, "real", [2, -2, 1, 0]);
  const weights = await readWeights(model);
  const probe = new BitsProbe(model, splitOf([1, -1, 0.25, 0.5]), [1, 2, 1]);
  await probe.begin(weights, undefined);
  asked.length = 0;
  // Positions 1, −1, 0.25, 0.5 of channels ×2, ×−2, ×1 and ×0: beyond ±1 are 2 and −2 of two channels; the last one never changes sign.
  expect(await probe.measure(weights)).toEqual([{ layer: "signs", weights: 4, flipped: 0, saturated: 4 / 16, channels: 4, dead: 1 }]);
  expect(asked).toEqual([0, 1]);
  await probe.measure(weights);
  expect(asked).toEqual([0, 1]); // they are kept
  set(model, "real", [-3, -3, -3, -3]);
  const positive = new BitsProbe(model, splitOf([1, 2, 3, 4]), [1, 2, 1]);
  expect(await positive.measure(await readWeights(model))).toMatchObject([{ saturated: 1, dead: 4 }]);
});

test("flips are counted from one look to the next, of every kernel of one bit by itself", async () => {
  const model = modelOf(
    layerOf("signs", 2, { activations: 1, kernel: 1 }),
    layerOf("weights", 1, { activations: 32, kernel: 1 }),
    layerOf("few", 1, { activations: 1, kernel: 2 }),
  );
  const probe = new BitsProbe(model, splitOf([1, -1]), [1, 2, 1]);
  await probe.begin(await readWeights(model), undefined);
  set(model, "signs", [-1, 1, -1, -1, 1, 1, 1, 1]);
  set(model, "few", [-1]);
  const [signs, weights, ...others] = await probe.measure(await readWeights(model));
  expect(others).toEqual([]);
  expect(signs).toMatchObject({ layer: "signs", weights: 8, flipped: 3 / 8, channels: 4 });
  expect(weights).toEqual({ layer: "weights", weights: 2, flipped: 0 });
  expect((await probe.measure(await readWeights(model)))[0]?.flipped).toBe(0);
});

test("the signs of a checkpoint are what the next look is compared with", async () => {
  const build = () => modelOf(layerOf("signs", 16, { activations: 1, kernel: 1 }));
  const [first, second] = [build(), build()];
  const values = Array.from({ length: 64 }, (_, i) => (i % 3 === 0 || i > 50 ? -1 : 1));
  set(first, "signs", values);
  const probe = new BitsProbe(first, splitOf([1, 1]), [1, 2, 1]);
  await probe.begin(await readWeights(first), undefined);
  const packed = probe.packed();
  expect(
    [...packed].map(
      ([
        name,
        {
          shape,
          values: { length },
        },
      ]) => [name, shape, length],
    ),
  ).toEqual([["signs/kernel", [4], 4]]);
  const again = new BitsProbe(second, splitOf([1, 1]), [1, 2, 1]);
  await again.begin(await readWeights(second), packed);
  set(second, "signs", values.with(1, -1).with(63, 1));
  expect((await again.measure(await readWeights(second)))[0]?.flipped).toBe(2 / 64);
});

test("a net without kernels of one bit has nothing to look at, and is left as it is", async () => {
  const model = modelOf(layerOf("few", 1, { activations: 1, kernel: 2 }));
  const probe = new BitsProbe(model, splitOf([1, 1]), [1, 2, 1]);
  asked.length = 0;
  await probe.begin(await readWeights(model), undefined);
  expect(await probe.measure(await readWeights(model))).toEqual([]);
  expect([probe.packed().size, asked.length]).toEqual([0, 0]);
});

test("a look prepares the layers for evaluation, gives the weights back, and keeps no tensor", async () => {
  const layer = Object.assign(layerOf("signs", 1, { activations: 1, kernel: 1 }), {
    prepare: (step: { training: boolean }) => {
      expect(step.training).toBe(false);
      set(model, "signs", [-1, -1, -1, 1]);
    },
  });
  const model: tf.LayersModel = modelOf(layer);
  const weights = await readWeights(model);
  const probe = new BitsProbe(model, splitOf([1, -1]), [1, 2, 1]);
  const { numTensors } = tf.memory();
  await probe.begin(weights, undefined);
  await probe.measure(weights);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(await readWeights(model)).toEqual(weights);
  writeWeights(model, weights);
  expect([...probe.packed().get("signs/kernel")!.values]).toEqual([4, 0b0111]);
});

test("of a layer that is used twice only the kernel is looked at", async () => {
  const shared = layerOf("signs", 4, { activations: 1, kernel: 1 });
  const input = tf.input({ shape: [1, 2, 4] });
  const model = tf.model({ inputs: input, outputs: shared.apply(shared.apply(input)) as tf.SymbolicTensor });
  const probe = new BitsProbe(model, splitOf([1, 1]), [1, 2, 4]);
  const weights = await readWeights(model);
  await probe.begin(weights, undefined);
  expect(await probe.measure(weights)).toEqual([{ layer: "signs", weights: 16, flipped: 0 }]);
});

test("few rows are looked at of a set, and fewer of large images", async () => {
  const rowsOf = async (rows: number, side: number): Promise<number> => {
    const real = tf.layers.conv2d({ name: "real", inputShape: [side, side, 1], filters: 1, kernelSize: 1, strides: side });
    const model = tf.sequential({ layers: [real, layerOf("signs", 1, { activations: 1, kernel: 1 })] });
    let count = 0;
    const split: Split = {
      labels: new Int32Array(rows),
      images: (wanted) => {
        expect([...wanted]).toEqual(Array.from({ length: wanted.length }, (_, i) => i));
        count = wanted.length;
        return new Float32Array(wanted.length * side * side);
      },
    };
    const probe = new BitsProbe(model, split, [side, side, 1]);
    await probe.measure(await readWeights(model));
    model.dispose();
    return count;
  };
  expect(await rowsOf(20, 4)).toBe(20);
  expect(await rowsOf(100, 4)).toBe(32);
  expect(await rowsOf(100, 64)).toBe(16);
  expect(await rowsOf(100, 256)).toBe(2);
});
