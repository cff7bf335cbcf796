// The binarizers with codes of 1 to 8 bits: codes times scales, and gradients, compared with their papers' formulas in plain loops.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Binarizer, BINARIZERS, createContainer, type LayerContext, UserError } from "@benn/core";
import { EVALUATION } from "@benn/core/internals";
import { testBinarizer } from "@benn/core/testing";
import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normal } from "../test/finite-differences.ts";
import { runTiny, tinyConfig } from "../test/run-tiny.ts";
import type { FewBits } from "./bit-options.ts";
import { dorefa } from "./dorefa.ts";
import plugin from "./index.ts";
import { BinaryConv2D } from "./layers/binary-conv2d.ts";
import { BinaryDense } from "./layers/binary-dense.ts";
import { lsq } from "./lsq.ts";
import { roundedCodes } from "./ops/rounded-codes.ts";

const widths: readonly (readonly [FewBits, FewBits])[] = [
  [1, 1],
  [2, 2],
  [1, 3],
  [4, 1],
  [8, 8],
];
for (const [activationBits, kernelBits] of widths) {
  testBinarizer(`dorefa of ${activationBits} and ${kernelBits} bits`, () => dorefa({ activationBits, kernelBits }));
  testBinarizer(`lsq of ${activationBits} and ${kernelBits} bits`, () => lsq({ activationBits, kernelBits }));
}

const step: LayerContext = { training: true, seed: 1, epoch: 3, epochs: 20 };
const SHAPE = [3, 3, 4, 5];
const INPUT = [4, 4, 4];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
/** Rounds half to even. */
const round = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
const within = (x: number, least: number, most: number): number => Math.max(least, Math.min(most, x));

interface Expected {
  /** The values of the codes. */
  readonly values: number[];
  /** Gradient of Σ g · value with respect to the argument. */
  readonly gradient: number[];
  readonly ofParameters: Readonly<Record<string, number>>;
}

/** `scale · codes` of a method, and its gradients: what the layer computes, except for the other factor's share of the scale. */
function outcome(binarizer: Binarizer, method: "activations" | "kernel", x: tf.Tensor, share: number, g: tf.Tensor): Expected {
  return tf.tidy(() => {
    const kernel = method === "kernel" ? x : normal(SHAPE, 3, 0.05);
    const first = binarizer.parameters?.({ kernel, inputShape: INPUT }) ?? {};
    const names = Object.keys(first);
    const f = (x: tf.Tensor, rest: readonly tf.Tensor[]): tf.Tensor => {
      const parameters = Object.fromEntries(names.map((name, i) => [name, rest[i]!]));
      const codes = method === "kernel" ? binarizer.kernel(x, step, parameters) : binarizer.activations(x, step, parameters);
      const scale = binarizer.scale!({ kernel: method === "kernel" ? x : kernel, inputShape: INPUT }, step, parameters);
      return tf.mul(codes, tf.mul(scale, share));
    };
    const all = [x, ...Object.values(first)];
    const gradients = tf.grads((...args) =>
      args.reduce<tf.Tensor>((total, own) => tf.add(total, tf.mul(tf.sum(own), 0)), tf.sum(tf.mul(f(args[0]!, args.slice(1)), g))),
    )(all);
    const [gradient, ...rest] = gradients.map((own) => [...own.dataSync()]);
    return {
      values: [...f(x, all.slice(1)).dataSync()],
      gradient: gradient!,
      ofParameters: Object.fromEntries(names.map((name, i) => [name, rest[i]![0]!])),
    };
  });
}

function expectClose(actual: readonly number[], expected: readonly number[], what: string): void {
  const largest = Math.max(1e-3, ...expected.map(Math.abs));
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value) / largest, `${what} ${i}: ${actual[i]}, by hand ${value}`).toBeLessThan(1e-3);
}

const cases = fc.record({
  widths: fc.constantFrom(...widths),
  seed: fc.integer({ min: 1, max: 1000 }),
  deviation: fc.constantFrom(0.02, 0.6, 1.5),
});

describe("dorefa", () => {
  test("activations have the values and the gradients of equations 5 and 6 behind a clip to 0 … 1", () => {
    fc.assert(
      fc.property(cases, ({ widths: [activationBits, kernelBits], seed, deviation }) => {
        tf.tidy(() => {
          const n = 2 ** activationBits - 1;
          const [x, g] = [normal([2, ...INPUT], seed, deviation), normal([2, ...INPUT], 7)];
          const values = [...x.dataSync()];
          fc.pre(values.every((own) => Math.abs(((((own * n) % 1) + 1) % 1) - 0.5) > 1e-4));
          const ofKernel = kernelBits === 1 ? mean([...normal(SHAPE, 3, 0.05).dataSync()].map(Math.abs)) : 1 / (2 ** kernelBits - 1);
          const actual = outcome(dorefa({ activationBits, kernelBits }), "activations", x, 1 / ofKernel, g);
          expectClose(actual.values, values.map((own) => round(n * within(own, 0, 1)) / n), "value"); // prettier-ignore
          expectClose(actual.gradient, [...g.dataSync()].map((own, i) => (values[i]! >= 0 && values[i]! <= 1 ? own : 0)), "gradient"); // prettier-ignore
        });
      }),
      { numRuns: 40 },
    );
  });

  test("kernels have the values and the gradients of equation 9, of one bit those of equations 7 and 8", () => {
    fc.assert(
      fc.property(cases, ({ widths: [activationBits, kernelBits], seed, deviation }) => {
        tf.tidy(() => {
          const n = 2 ** kernelBits - 1;
          const [w, g] = [normal(SHAPE, seed, deviation), normal(SHAPE, 7)];
          const weights = [...w.dataSync()];
          const upstream = [...g.dataSync()];
          const actual = outcome(dorefa({ activationBits, kernelBits }), "kernel", w, 2 ** activationBits - 1, g);
          if (kernelBits === 1) {
            const size = mean(weights.map(Math.abs));
            expectClose(actual.values, weights.map((own) => (own < 0 ? -size : size)), "value"); // prettier-ignore
            expectClose(actual.gradient, upstream, "gradient");
            return;
          }
          const bounded = weights.map(Math.tanh);
          const largest = Math.max(...bounded.map(Math.abs));
          const at = bounded.findIndex((own) => Math.abs(own) === largest);
          const shares = bounded.map((own) => own / (2 * largest) + 0.5);
          fc.pre(shares.every((own) => Math.abs(((own * n) % 1) - 0.5) > 1e-3));
          expectClose(actual.values, shares.map((own) => (2 * round(n * own)) / n - 1), "value"); // prettier-ignore
          // Through tanh, whose derivative is 1 − tanh², and for the largest through the maximum, which divides all.
          const byMost = -sum(bounded.map((own, i) => (upstream[i]! * own) / largest ** 2)) * Math.sign(bounded[at]!);
          const gradient = bounded.map((own, i) => (upstream[i]! / largest + (i === at ? byMost : 0)) * (1 - own ** 2));
          expectClose(actual.gradient, gradient, "gradient");
        });
      }),
      { numRuns: 40 },
    );
  });

  test("a kernel of zeros stays finite", () => {
    tf.tidy(() => {
      for (const kernelBits of [1, 3] as const) {
        const binarizer = dorefa({ activationBits: 2, kernelBits });
        const zeros = tf.zeros([2, 3]);
        for (const own of [binarizer.kernel(zeros, EVALUATION, {}), binarizer.scale!({ kernel: zeros, inputShape: [2] }, EVALUATION, {})])
          expect(own.dataSync().every(Number.isFinite)).toBe(true);
      }
    });
  });
});

describe("lsq", () => {
  /** Equations 1 to 3 for a step s, differentiated by ln s. */
  function byHand(
    values: number[],
    g: number[],
    s: number,
    [least, most, count]: readonly [number, number, number],
    signs: boolean,
  ): Expected {
    const codes = values.map((own) => (signs ? (own < 0 ? -1 : 1) : round(within(own / s, least, most))));
    const inside = values.map((own) => own / s >= least && own / s <= most);
    const bySteps = sum(codes.map((code, i) => g[i]! * (inside[i] ? code - values[i]! / s : code)));
    return {
      values: codes.map((code) => code * s),
      gradient: g.map((own, i) => (inside[i] ? own : 0)),
      ofParameters: { log: (s * bySteps) / Math.sqrt(count * most) },
    };
  }
  const torn = (values: readonly number[], s: number): boolean => values.some((own) => Math.abs(((((own / s) % 1) + 1) % 1) - 0.5) < 1e-3);

  test("activations have the values of equations 1 and 2 and the gradients of equation 3, also by the step", () => {
    fc.assert(
      fc.property(cases, ({ widths: [activationBits, kernelBits], seed, deviation }) => {
        tf.tidy(() => {
          const most = 2 ** activationBits - 1;
          const [x, g] = [normal([2, ...INPUT], seed, deviation), normal([2, ...INPUT], 7)];
          const values = [...x.dataSync()];
          const s = (2 * Math.sqrt(2 / Math.PI)) / Math.sqrt(most);
          fc.pre(!torn(values, s));
          const binarizer = lsq({ activationBits, kernelBits });
          const other = Math.exp(
            binarizer.parameters!({ kernel: normal(SHAPE, 3, 0.05), inputShape: INPUT })["logKernelStep"]!.dataSync()[0]!,
          );
          const actual = outcome(binarizer, "activations", x, 1 / other, g);
          const expected = byHand(values, [...g.dataSync()], s, [0, most, 4 * 4 * 4], false);
          expectClose(actual.values, expected.values, "value");
          expectClose(actual.gradient, expected.gradient, "gradient");
          expectClose([actual.ofParameters["logActivationStep"]!], [expected.ofParameters["log"]!], "gradient by the step");
        });
      }),
      { numRuns: 40 },
    );
  });

  test("kernels do too, from −Qn to Qp, of one bit as signs; the first step is 2 · mean |w| / √Qp", () => {
    fc.assert(
      fc.property(cases, ({ widths: [activationBits, kernelBits], seed, deviation }) => {
        tf.tidy(() => {
          const half = 2 ** (kernelBits - 1);
          const [least, most] = kernelBits === 1 ? [-1, 1] : [-half, half - 1];
          const [w, g] = [normal(SHAPE, seed, deviation), normal(SHAPE, 7)];
          const values = [...w.dataSync()];
          const s = (2 * mean(values.map(Math.abs))) / Math.sqrt(most);
          fc.pre(!torn(values, s) && values.every((own) => Math.abs(own / s - least) > 1e-3 && Math.abs(own / s - most) > 1e-3));
          const other = (2 * Math.sqrt(2 / Math.PI)) / Math.sqrt(2 ** activationBits - 1);
          const actual = outcome(lsq({ activationBits, kernelBits }), "kernel", w, 1 / other, g);
          const expected = byHand(values, [...g.dataSync()], s, [least, most, w.size], kernelBits === 1);
          expectClose(actual.values, expected.values, "value");
          expectClose(actual.gradient, expected.gradient, "gradient");
          expectClose([actual.ofParameters["logKernelStep"]!], [expected.ofParameters["log"]!], "gradient by the step");
        });
      }),
      { numRuns: 40 },
    );
  });
});

test("what is smooth of them agrees with differences: codes times their scale, by the step", () => {
  const x = normal([2, ...INPUT], 5);
  const bits = { activationBits: 3, kernelBits: 4 } as const;
  const log = tf.tensor1d([-0.5]);
  const kernel = normal(SHAPE, 3, 0.05);
  // Codes do not change within a step: only the scale does, without the paper's gradient factors.
  const binarizer = lsq(bits);
  const fixed = { logActivationStep: tf.tensor1d([-0.7]), logKernelStep: tf.tensor1d([-3]) };
  const factor = Math.sqrt(4 * 4 * 4 * 7);
  const codes = tf.tidy(() => binarizer.activations(x, EVALUATION, fixed));
  const scaled = (log: tf.Tensor, by: number): tf.Tensor => {
    const scale = binarizer.scale!({ kernel, inputShape: INPUT }, EVALUATION, { ...fixed, logActivationStep: log });
    return tf.mul(codes, tf.mul(scale, by));
  };
  // The gradient is 1 / factor times the difference.
  const gradient = tf.tidy(
    () =>
      tf
        .grad((log) => tf.sum(scaled(log, factor)))(log)
        .dataSync()[0]!,
  );
  const difference = tf.tidy(() => {
    const at = (by: number): number => tf.sum(scaled(tf.add(log, by), 1)).dataSync()[0]!;
    return (at(0.01) - at(-0.01)) / 0.02;
  });
  expect(gradient).toBeCloseTo(difference, 2);
  tf.dispose([codes, x, log, kernel, ...Object.values(fixed)]);
  const u = tf.tensor1d([0.2, 1.4, 2.6]);
  // Straight-through: the gradient of rounding is that of the identity.
  const through = tf.tidy(() => [
    ...tf
      .grad((u) => tf.sum(roundedCodes(u, 0, 2)))(u)
      .dataSync(),
  ]);
  expect(through).toEqual([1, 1, 0]);
  u.dispose();
});

test("rounding is to the even whole number in the middle, and clips first", () => {
  tf.tidy(() => {
    const u = tf.tensor1d([-7, -0.5, 0.5, 1.5, 2.5, 2.49, 2.51, 254.5, 1e9]);
    expect([...roundedCodes(u, -2, 255).dataSync()].map((code) => code + 0)).toEqual([-2, 0, 0, 2, 2, 2, 3, 254, 255]);
  });
});

test("a layer sums codes exactly and scales the sum: equal sums are equal outputs, whatever they are made of", () => {
  const { numTensors } = tf.memory();
  for (const make of [dorefa, lsq]) {
    const binarizer = make({ activationBits: 3, kernelBits: 3 });
    const conv = new BinaryConv2D({
      name: "conv",
      binarizer,
      filters: 6,
      kernelSize: 3,
      padding: "same",
      inputShape: [6, 6, 16],
      useBias: false,
    });
    const dense = new BinaryDense({ name: "dense", binarizer, units: 5, useBias: false });
    const model = tf.sequential({ layers: [conv, tf.layers.flatten(), dense] });
    tf.tidy(() => {
      const x = normal([4, 6, 6, 16], 2);
      const scale = conv.codeScale(EVALUATION)!;
      const y = conv.apply(x, { training: false }) as tf.Tensor;
      const codes = [
        binarizer.activations(x, EVALUATION, conv.parameters),
        binarizer.kernel(conv.getWeights()[0]!, EVALUATION, conv.parameters),
      ];
      const sums = tf.conv2d(codes[0] as tf.Tensor4D, codes[1] as tf.Tensor4D, 1, "same").dataSync();
      const [by] = scale.dataSync();
      for (const [i, value] of y.dataSync().entries()) {
        expect(Number.isInteger(sums[i])).toBe(true);
        expect(value).toBe(Math.fround(sums[i]! * by!));
      }
    });
    model.dispose();
  }
  expect(tf.memory().numTensors).toBe(numTensors);
});

test("dropout leaves codes as they are and raises the scale", () => {
  const conv = new BinaryDense({
    name: "drops",
    binarizer: dorefa({ activationBits: 2, kernelBits: 2 }),
    units: 3,
    dropout: 0.5,
    useBias: false,
  });
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [8] }), conv] });
  conv.prepare(step);
  tf.tidy(() => {
    const scale = conv.codeScale(EVALUATION)!.dataSync()[0]!;
    for (const value of (conv.apply(normal([9, 8], 4), { training: true }) as tf.Tensor).dataSync())
      expect(Math.abs(value / (2 * scale) - Math.round(value / (2 * scale)))).toBeLessThan(1e-4);
  });
  model.dispose();
});

test.for(Object.entries({ dorefa, lsq }))("a run with %s that was cut and resumed ends with the same bytes", async ([, make]) => {
  const binarizer = make({ activationBits: 2, kernelBits: 3 });
  const config = { ...tinyConfig, epochs: 3 };
  const whole = await runTiny(binarizer, config);
  const cut = await runTiny(binarizer, config, { cutAfter: 14 });
  await runTiny(binarizer, undefined, { resume: cut });
  for (const member of ["000", "001"]) {
    const [one, other] = [whole, cut].map((folder) => readFile(join(folder, "members", member, "weights.bin")));
    expect(await other).toEqual(await one);
  }
});

test("both are registered with 2 bits each unless asked for others, and refuse more than 8", async () => {
  const container = createContainer();
  await plugin.register(container);
  const binarizers = container.resolve(BINARIZERS);
  for (const name of ["dorefa", "lsq"]) {
    expect(binarizers.create(name).bits).toEqual({ activations: 2, kernel: 2 });
    expect(binarizers.create({ name, activationBits: 4, kernelBits: 1 }).bits).toEqual({ activations: 4, kernel: 1 });
    expect(() => binarizers.create({ name, kernelBits: 9 })).toThrow(UserError);
  }
});
