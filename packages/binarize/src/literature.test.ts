// The binarizers of the literature: values and gradients compared with their papers' formulas in plain loops.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EVALUATION } from "@benn/core/internals";
import { testBinarizer } from "@benn/core/testing";
import type { Binarizer, BinarizerParameters, LayerContext } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectGradient, normal } from "../test/finite-differences.ts";
import { runTiny, tinyConfig } from "../test/run-tiny.ts";
import { adabin } from "./adabin.ts";
import { approxSign } from "./approx-sign.ts";
import { ede } from "./ede.ts";
import { recu } from "./recu.ts";
import { rsign } from "./rsign.ts";

const binarizers = { "approx-sign": approxSign, ede, rsign, recu, adabin };
for (const [name, binarizer] of Object.entries(binarizers)) testBinarizer(name, () => binarizer);

const stepAt = (epoch: number, epochs = 20): LayerContext => ({ training: true, seed: 1, epoch, epochs });

/** Kernels of [height, width, inChannels, filters] and of [inputs, units], and activations of as many channels as the kernel has inputs. */
const shapes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 })),
);
const cases = fc.record({
  shape: shapes,
  seed: fc.integer({ min: 1, max: 1000 }),
  epoch: fc.integer({ min: 0, max: 19 }),
  scale: fc.constantFrom(0.02, 0.5, 1.5),
});

interface Outcome {
  readonly values: number[];
  /** Gradient of Σ weights · result with respect to the argument. */
  readonly gradient: number[];
  readonly ofParameters: Record<string, number[]>;
}

/** Values and gradients of one of a binarizer's functions. */
function outcome(f: (x: tf.Tensor, parameters: BinarizerParameters) => tf.Tensor, x: tf.Tensor, parameters: BinarizerParameters): Outcome {
  return tf.tidy(() => {
    const weights = normal(x.shape, 7);
    const names = Object.keys(parameters);
    const withParameters = (x: tf.Tensor, rest: tf.Tensor[]) => f(x, Object.fromEntries(names.map((name, i) => [name, rest[i]!])));
    const all = [x, ...Object.values(parameters)];
    const values = [...f(x, parameters).dataSync()];
    // Every argument is used, if only times 0, so that all have a gradient.
    const gradients = tf.grads((...args) =>
      args.reduce<tf.Tensor>(
        (sum, own) => tf.add(sum, tf.mul(tf.sum(own), 0)),
        tf.sum(tf.mul(withParameters(args[0]!, args.slice(1)), weights)),
      ),
    )(all);
    const [gradient, ...rest] = gradients.map((own) => [...own.dataSync()]);
    return { values, gradient: gradient!, ofParameters: Object.fromEntries(names.map((name, i) => [name, rest[i]!])) };
  });
}

function expectClose(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const largest = Math.max(1, ...expected.map(Math.abs));
  for (const [i, value] of actual.entries())
    expect(Math.abs(value - expected[i]!) / largest, `${what} ${i}: ${value}, by hand ${expected[i]}`).toBeLessThan(1e-3);
}

const sign = (x: number): number => (x < 0 ? -1 : 1);
const triangle = (x: number): number => Math.max(0, 2 - 2 * Math.abs(x));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Derivative of k · tanh(t · x). */
const decaying = (x: number, { epoch, epochs }: LayerContext): number => {
  const t = 10 ** (-1 + (2 * epoch) / epochs);
  return Math.max(1 / t, 1) * t * (1 - Math.tanh(t * x) ** 2);
};

/** Runs `f` on the weights of each filter, with the upstream gradients. */
function byFilter(w: tf.Tensor, f: (own: number[], g: number[], filter: number) => { values: number[]; gradient: number[] }) {
  const all = [...w.dataSync()];
  const g = tf.tidy(() => [...normal(w.shape, 7).dataSync()]);
  const filters = w.shape.at(-1)!;
  const [values, gradient] = [all.slice(), all.slice()];
  for (let filter = 0; filter < filters; filter++) {
    const own = <T>(of: T[]): T[] => of.filter((_, i) => i % filters === filter);
    const result = f(own(all), own(g), filter);
    for (const [i, value] of result.values.entries()) values[i * filters + filter] = value;
    for (const [i, value] of result.gradient.entries()) gradient[i * filters + filter] = value;
  }
  return { values, gradient };
}

/**
 * Values with mean 0 and deviation 1, and the map from gradients of the results to gradients of the weights; a single weight is unchanged.
 */
function standardized(own: readonly number[]) {
  const n = own.length;
  if (n === 1) return { v: [...own], mean: 0, deviation: 1, back: (g: readonly number[]) => [...g] };
  const middle = mean(own);
  const deviation = Math.sqrt(mean(own.map((w) => (w - middle) ** 2)) + 1e-12);
  const v = own.map((w) => (w - middle) / deviation);
  const back = (g: readonly number[]): number[] => {
    const [g0, g1] = [mean(g), mean(g.map((own, i) => own * v[i]!))];
    return g.map((own, i) => (own - g0 - v[i]! * g1) / deviation);
  };
  return { v, mean: middle, deviation, back };
}

type Reference = (w: tf.Tensor, step: LayerContext, parameters: Record<string, Float32Array>) => { values: number[]; gradient: number[] };

const magnitudeAware: Reference = (w) =>
  byFilter(w, (own, g) => {
    const a = mean(own.map(Math.abs));
    return { values: own.map((w) => a * sign(w)), gradient: own.map((w, i) => (Math.abs(w) < 1 ? a * g[i]! : 0)) };
  });

const kernels: Readonly<Record<keyof typeof binarizers, Reference>> = {
  "approx-sign": magnitudeAware,
  rsign: magnitudeAware,
  ede: (w, step) =>
    byFilter(w, (own, g) => {
      const { v, back } = standardized(own);
      const scale = 2 ** Math.round(Math.log2(mean(v.map(Math.abs))));
      return { values: v.map((own) => scale * sign(own)), gradient: back(v.map((own, i) => g[i]! * scale * decaying(own, step))) };
    }),
  recu(w, { epoch, epochs }, { scale }) {
    const sizes: number[] = [];
    byFilter(w, (own, g) => {
      sizes.push(...standardized(own).v.map((v) => Math.abs(2 * Math.SQRT2 * v)));
      return { values: own, gradient: g };
    });
    const tau = 0.85 + (0.14 * (Math.exp(epoch / epochs) - 1)) / (Math.E - 1);
    const most = -mean(sizes) * Math.log(2 - 2 * tau);
    return byFilter(w, (own, g, filter) => {
      const { v, back } = standardized(own);
      const stretched = v.map((own) => 2 * Math.SQRT2 * own);
      const passed = stretched.map((own, i) => (Math.abs(own) <= most ? 2 * Math.SQRT2 * scale![filter]! * g[i]! : 0));
      return { values: stretched.map((own) => scale![filter]! * sign(own)), gradient: back(passed) };
    });
  },
  adabin: (w, step) =>
    byFilter(w, (own, g) => {
      const { v, mean: middle, deviation, back } = standardized(own);
      const through = back(v.map((own, i) => g[i]! * deviation * decaying(own, step)));
      // Through the deviation, whose derivative is v/n, and through the mean, whose derivative is 1/n.
      const moments = own.length === 1 ? () => 0 : (i: number) => (v[i]! * sum(v, g)) / own.length + mean(g);
      return { values: v.map((own) => deviation * sign(own) + middle), gradient: through.map((own, i) => own + moments(i)) };
    }),
};
const sum = (v: readonly number[], g: readonly number[]): number => v.reduce((total, own, i) => total + sign(own) * g[i]!, 0);

/** Whether values are too close to a discontinuity of a sign or clamp for float32 to tell the side. */
function isTorn(w: tf.Tensor): boolean {
  let torn = false;
  byFilter(w, (own, g) => {
    const { v } = standardized(own);
    const level = Math.log2(mean(v.map(Math.abs)));
    torn ||=
      v.some((own) => Math.abs(own) < 1e-4) || own.some((w) => Math.abs(Math.abs(w) - 1) < 1e-4) || Math.abs((level % 1) + 0.5) < 1e-3;
    return { values: own, gradient: g };
  });
  return torn;
}

describe.each(Object.entries(binarizers))("%s", (name, binarizer: Binarizer) => {
  test("kernels have the values and the gradients of the paper's formula, worked by hand on random shapes", () => {
    fc.assert(
      fc.property(cases, ({ shape, seed, epoch, scale }) => {
        const step = stepAt(epoch);
        tf.tidy(() => {
          const w = normal(shape, seed, scale);
          fc.pre(!isTorn(w));
          const parameters = binarizer.parameters?.({ kernel: w, inputShape: [4, 4, shape.at(-2)!] }) ?? {};
          const { values, gradient, ofParameters } = outcome((w, parameters) => binarizer.kernel(w, step, parameters), w, parameters);
          const numbers = Object.fromEntries(Object.entries(parameters).map(([name, own]) => [name, own.dataSync<"float32">()]));
          const expected = kernels[name as keyof typeof binarizers](w, step, numbers);
          expectClose(values, expected.values, "value");
          expectClose(gradient, expected.gradient, "gradient");
          if (binarizer === recu) {
            const signs = [...w.dataSync()].map((_, i) => values[i]! / numbers["scale"]![i % shape.at(-1)!]!);
            const g = normal(shape, 7).dataSync();
            const byScale = Array.from({ length: shape.at(-1)! }, () => 0);
            for (const [i, own] of signs.entries()) byScale[i % byScale.length]! += own * g[i]!;
            expectClose(ofParameters["scale"]!, byScale, "gradient by the scale");
          }
        });
      }),
    );
  });

  test("activations have the values and the gradients of the paper's formula, worked by hand on random shapes", () => {
    fc.assert(
      fc.property(cases, ({ shape, seed, epoch, scale }) => {
        const step = stepAt(epoch);
        const channels = shape.at(-1)!;
        tf.tidy(() => {
          const x = normal(shape, seed, scale);
          const first = binarizer.parameters?.({ kernel: tf.ones([...shape.slice(0, -1), channels, 2]), inputShape: [...shape] }) ?? {};
          // Different from the initial ones.
          const parameters = Object.fromEntries(
            Object.entries(first).map(([name, own], i) => [name, tf.add(own, normal(own.shape, seed + i, 0.1))]),
          );
          const numberOf = (name: string, channel: number): number => parameters[name]?.dataSync()[channel] ?? Number.NaN;
          const [values, gradient]: [number[], number[]] = [[], []];
          const g = normal(shape, 7).dataSync();
          const sums: Record<string, number[]> = {
            shift: Array.from({ length: channels }, () => 0),
            ...(binarizer === adabin ? { scale: [0], offset: [0] } : {}),
          };
          for (const [i, value] of x.dataSync().entries()) {
            const channel = i % channels;
            if (binarizer === rsign) {
              const shifted = value - numberOf("shift", channel);
              values.push(sign(shifted));
              gradient.push(g[i]! * triangle(shifted));
              sums["shift"]![channel]! -= g[i]! * triangle(shifted);
            } else if (binarizer === adabin) {
              const [scale, offset] = [numberOf("scale", 0), numberOf("offset", 0)];
              const u = (value - offset) / scale;
              values.push(scale * sign(u) + offset);
              gradient.push(g[i]! * triangle(u));
              sums["scale"]![0]! += g[i]! * (sign(u) - u * triangle(u));
              sums["offset"]![0]! += g[i]! * (1 - triangle(u));
            } else {
              values.push(sign(value));
              gradient.push(g[i]! * (binarizer === ede ? decaying(value, step) : triangle(value)));
            }
          }
          const actual = outcome((x, parameters) => binarizer.activations(x, step, parameters), x, parameters);
          expectClose(actual.values, values, "value");
          expectClose(actual.gradient, gradient, "gradient");
          for (const own of binarizer === rsign ? ["shift"] : binarizer === adabin ? ["scale", "offset"] : [])
            expectClose(actual.ofParameters[own]!, sums[own]!, `gradient by ${own}`);
        });
      }),
    );
  });
});

test.for(Object.entries(binarizers))("a run with %s that was cut and resumed ends with the same bytes", async ([, binarizer]) => {
  const config = { ...tinyConfig, epochs: 3 };
  const whole = await runTiny(binarizer, config);
  const cut = await runTiny(binarizer, config, { cutAfter: 14 });
  await runTiny(binarizer, undefined, { resume: cut });
  for (const member of ["000", "001"]) {
    const [one, other] = [whole, cut].map((folder) => readFile(join(folder, "members", member, "weights.bin")));
    expect(await other).toEqual(await one);
  }
});

test("what is differentiable of them agrees with differences: scale and offset of AdaBin's kernels, scale of ReCU's", () => {
  // As long as signs do not change, ŵ = deviation · sign + mean and ŵ = scale · sign are smooth in these.
  const w = tf.tidy(() => {
    const values = normal([2, 2, 3, 2], 3);
    return tf.add(values, tf.mul(tf.sign(values), 0.2));
  });
  const scale = normal([2], 4);
  expectGradient((scale) => recu.kernel(w, EVALUATION, { scale }), scale);
  const x = normal([3, 2, 2, 2], 5);
  // Far from the values' own threshold the estimator is 0, and the rest of the gradient of AdaBin's activations is exact.
  const far = tf.tidy(() => tf.add(tf.mul(x, 0.01), tf.mul(tf.sign(x), 3)));
  const [one, none] = [tf.tensor1d([1.3]), tf.tensor1d([0.2])];
  expectGradient((offset) => adabin.activations(far, EVALUATION, { scale: one, offset }), none);
  expectGradient((scale) => adabin.activations(far, EVALUATION, { scale, offset: none }), one);
  tf.dispose([w, scale, x, far, one, none]);
});

test("the estimator of ede is a straight line in the first epoch and nearly a step in the last", () => {
  tf.tidy(() => {
    const slopeAt = (epoch: number, x: number) =>
      tf
        .grad((x) => ede.activations(x, stepAt(epoch), {}))(tf.scalar(x))
        .dataSync()[0]!;
    expect([slopeAt(0, 0), slopeAt(0, 1)].map((slope) => slope.toFixed(2))).toEqual(["1.00", "0.99"]);
    expect(slopeAt(19, 0)).toBeGreaterThan(7);
    expect(slopeAt(19, 1)).toBeLessThan(1e-3);
  });
});
