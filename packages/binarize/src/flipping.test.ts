import type { Binarizer } from "@benn/core";
import { EVALUATION } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { normal } from "../test/finite-differences.ts";
import { deterministic } from "./deterministic.ts";
import { flippable, type Flips, flipping } from "./flipping.ts";
import { BinaryConv2D } from "./layers/binary-conv2d.ts";
import { dorefa } from "./dorefa.ts";
import { lsq } from "./lsq.ts";
import { none } from "./none.ts";

const none0 = { kernel: 0, activations: 0, seed: 1, batchSeed: 1 };
const layers = { ...EVALUATION, seed: 7 };
const shareFlipped = (a: tf.Tensor, b: tf.Tensor) => {
  const [before, after] = [a.dataSync(), b.dataSync()];
  expect([...after].map(Math.abs)).toEqual([...before].map(Math.abs));
  return before.filter((value, i) => value === -after[i]!).length / before.length;
};

test("about the share of the signs is flipped, and no value is another one", () => {
  tf.tidy(() => {
    const noisy = flipping(deterministic, () => ({ ...none0, kernel: 0.1, activations: 0.3 }));
    const w = normal([3, 3, 40, 30], 1);
    const x = normal([10, 8, 8, 20], 2);
    expect(Math.abs(shareFlipped(deterministic.kernel(w, layers, {}), noisy.kernel(w, layers, {})) - 0.1)).toBeLessThan(0.01);
    expect(Math.abs(shareFlipped(deterministic.activations(x, layers, {}), noisy.activations(x, layers, {})) - 0.3)).toBeLessThan(0.02);
    const all = flipping(deterministic, () => ({ ...none0, kernel: 1, activations: 1 }));
    expect(shareFlipped(deterministic.kernel(w, layers, {}), all.kernel(w, layers, {}))).toBe(1);
    expect(shareFlipped(deterministic.activations(x, layers, {}), all.activations(x, layers, {}))).toBe(1);
  });
});

test("kernels follow their seed and the layer alone, activations that of the batch", () => {
  tf.tidy(() => {
    let flips: Flips | undefined;
    const noisy = flipping(deterministic, () => flips);
    const [w, x] = [normal([3, 3, 8, 8], 1), normal([4, 4, 4, 8], 2)];
    const of = (own: Partial<Flips>, seed = 7) => {
      flips = { kernel: 0.2, activations: 0.2, seed: 1, batchSeed: 1, ...own };
      const step = { ...layers, seed };
      return [String(noisy.kernel(w, step, {}).dataSync()), String(noisy.activations(x, step, {}).dataSync())];
    };
    const [kernel, activations] = of({});
    expect(of({})).toEqual([kernel, activations]);
    expect(of({ batchSeed: 2 })[0]).toBe(kernel);
    expect(of({ batchSeed: 2 })[1]).not.toBe(activations);
    expect(of({ seed: 2 })[0]).not.toBe(kernel);
    expect(of({ seed: 2 })[1]).toBe(activations);
    expect(of({}, 8)[0]).not.toBe(kernel);
    expect(of({}, 8)[1]).not.toBe(activations);
    flips = undefined;
    expect(shareFlipped(deterministic.kernel(w, layers, {}), noisy.kernel(w, layers, {}))).toBe(0);
  });
});

test("a layer computes with the flipped signs, and its weights stay; real values have no bits to flip", () => {
  let flips: Flips | undefined;
  const build = (binarizer: typeof deterministic) => {
    const layer = new BinaryConv2D({ name: "conv", binarizer: flipping(binarizer, () => flips), filters: 5, kernelSize: 3, padding: 1 });
    return { layer, model: tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [6, 6, 4] }), layer] }) };
  };
  const before = tf.memory().numTensors;
  for (const [binarizer, moves] of [
    [deterministic, true],
    [none, false],
  ] as const) {
    const { layer, model } = build(binarizer);
    layer.prepare(EVALUATION);
    const x = normal([2, 6, 6, 4], 1);
    const run = (own: Flips | undefined) => {
      flips = own;
      return tf.tidy(() => String((model.predict(x) as tf.Tensor).dataSync()));
    };
    const weights = String(layer.getWeights()[0]!.dataSync());
    const clean = run(undefined);
    expect(run({ ...none0, kernel: 0.2 }) !== clean).toBe(moves);
    expect(run({ ...none0, activations: 0.2 }) !== clean).toBe(moves);
    expect(run(undefined)).toBe(clean);
    expect(String(layer.getWeights()[0]!.dataSync())).toBe(weights);
    x.dispose();
    model.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
});

/** Codes before and after, as level indices. */
function levelsOf(own: Binarizer, kind: "kernel" | "activations", share: number) {
  const noisy = flipping(own, () => ({ ...none0, [kind]: share }));
  const values = kind === "kernel" ? normal([3, 3, 20, 20], 1) : normal([6, 8, 8, 16], 2);
  const parameters = own.parameters?.({ kernel: values, inputShape: values.shape.slice(1) }) ?? {};
  const [before, after] = [own, noisy].map((one) => [...one[kind](values, layers, parameters).dataSync()]);
  const bits = own.bits[kind];
  const isOdd = kind === "kernel" && before!.every((code) => Math.abs(code) % 2 === 1);
  const level = (code: number): number => (kind === "activations" ? code : isOdd ? (code + 2 ** bits - 1) / 2 : code + 2 ** (bits - 1));
  return { bits, before: before!.map(level), after: after!.map(level) };
}

test.for([
  ["dorefa", dorefa],
  ["lsq", lsq],
] as const)("of codes of %s each bit is flipped by itself, and codes stay codes", ([, make]) => {
  tf.tidy(() => {
    for (const bits of [1, 2, 3, 8] as const) {
      const own = make({ activationBits: bits, kernelBits: bits });
      expect(flippable(own)).toEqual({ kernel: true, activations: true });
      for (const kind of ["kernel", "activations"] as const) {
        const { before, after } = levelsOf(own, kind, 0.2);
        expect(after.every((level) => Number.isInteger(level) && level >= 0 && level < 2 ** bits)).toBe(true);
        for (let bit = 0; bit < bits; bit++) {
          const flipped = before.filter((level, i) => ((level ^ after[i]!) >> bit) & 1).length / before.length;
          expect(Math.abs(flipped - 0.2), `${kind} of ${bits} bits, bit ${bit}`).toBeLessThan(0.02);
        }
        // If k bits are flipped independently, all are unchanged with probability 0.8ᵏ.
        const same = before.filter((level, i) => level === after[i]).length / before.length;
        expect(Math.abs(same - 0.8 ** bits)).toBeLessThan(0.03);
        const all = levelsOf(own, kind, 1);
        expect(all.after.every((level, i) => level === 2 ** bits - 1 - all.before[i]!)).toBe(true);
      }
    }
  });
});

test("real values and values of several bits without codes have no bits to flip", () => {
  expect(flippable(none)).toEqual({ kernel: false, activations: false });
  expect(flippable({ ...deterministic, bits: { activations: 2, kernel: 1 } })).toEqual({ kernel: true, activations: false });
});
