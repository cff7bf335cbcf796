import { drawn, input, type KernelCase, type KernelContracts, number, numbers, shapeOf, type Values } from "../kernel-contract.ts";
import type { Random } from "../random.ts";

const EPSILON = 1e-4;

/** Values far from 0, where computing the variance as E[x²] − E[x]² would fail. */
function far(random: Random, shape: readonly number[]): Values {
  const { values } = drawn(random, shape);
  return { shape, values: Float32Array.from(values, (value) => 3 * value + 20) };
}

function statistics(x: ArrayLike<number>, channels: number) {
  const rows = x.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (let i = 0; i < x.length; i++) mean[i % channels]! += x[i]! / rows;
  for (let i = 0; i < x.length; i++) variance[i % channels]! += (x[i]! - mean[i % channels]!) ** 2 / rows;
  return { rows, mean, variance };
}

/** Rounded to float32, because a gradient kernel receives them in that precision. */
const rounded = (values: Float64Array, shape: readonly number[]): Values => ({ shape, values: Float32Array.from(values) });

const optional = (given: KernelCase, name: string, otherwise: number, channels: number): Float64Array =>
  given.inputs[name] ? input(given, name) : new Float64Array(channels).fill(otherwise);

export const batchNormKernels = {
  /**
   * x [..., C], scale? [C], offset? [C] → y = (x − mean) / √(variance + ε) · scale + offset, mean [C], biased variance [C]; both are taken
   * over all axes of x but the last. Attribute `epsilon`.
   */
  BatchNorm: {
    cases: (random) =>
      [1, 3, 70].flatMap((channels) => {
        const x = far(random, [5, 7, channels]);
        const [scale, offset] = [drawn(random, [channels]), drawn(random, [channels])];
        const attributes = { epsilon: EPSILON };
        return [
          { inputs: { x }, attributes },
          { inputs: { x, scale, offset }, attributes },
        ];
      }),
    reference: (given) => {
      const [x, shape] = [input(given, "x"), shapeOf(given, "x")];
      const channels = shape.at(-1)!;
      const { mean, variance } = statistics(x, channels);
      const [scale, offset] = [optional(given, "scale", 1, channels), optional(given, "offset", 0, channels)];
      const y = x.map((value, i) => {
        const c = i % channels;
        return ((value - mean[c]!) / Math.sqrt(variance[c]! + number(given, "epsilon"))) * scale[c]! + offset[c]!;
      });
      return [
        { shape, values: y },
        { shape: [channels], values: mean },
        { shape: [channels], values: variance },
      ];
    },
  },
  /**
   * x, dy [..., C], mean [C], variance [C], scale? [C] → dx, dScale [C], dOffset [C]. Attribute `epsilon`. mean and variance are those of x
   * itself, so dx includes their contribution.
   */
  BatchNormGrad: {
    cases: (random) =>
      [1, 3, 70].map((channels, i) => {
        const [x, dy] = [far(random, [5, 7, channels]), drawn(random, [5, 7, channels])];
        const { mean, variance } = statistics(x.values, channels);
        const moments = { mean: rounded(mean, [channels]), variance: rounded(variance, [channels]) };
        return { inputs: { x, dy, ...moments, ...(i > 0 && { scale: drawn(random, [channels]) }) }, attributes: { epsilon: EPSILON } };
      }),
    reference: (given) => {
      const [x, dy, shape] = [input(given, "x"), input(given, "dy"), shapeOf(given, "x")];
      const channels = shape.at(-1)!;
      const { rows, mean, variance } = statistics(x, channels);
      const scale = optional(given, "scale", 1, channels);
      const inverse = variance.map((value) => 1 / Math.sqrt(value + number(given, "epsilon")));
      const [dScale, dOffset] = [new Float64Array(channels), new Float64Array(channels)];
      const normalized = x.map((value, i) => (value - mean[i % channels]!) * inverse[i % channels]!);
      for (const [i, value] of dy.entries()) {
        dScale[i % channels]! += value * normalized[i]!;
        dOffset[i % channels]! += value;
      }
      const dx = dy.map((value, i) => {
        const c = i % channels;
        return (value - (dOffset[c]! + normalized[i]! * dScale[c]!) / rows) * inverse[c]! * scale[c]!;
      });
      return [
        { shape, values: dx },
        { shape: [channels], values: dScale },
        { shape: [channels], values: dOffset },
      ];
    },
  },
  /**
   * average0, value0 (one shape), average1, value1 … → average0 · `momentum` + value0 · (1 − `momentum`) · `factors[0]`, and so on. The
   * outputs may overwrite the averages in place if nothing else references them.
   */
  MovingAverages: {
    cases: (random) => {
      const [average0, value0, average1, value1] = [[9], [9], [2, 3], [2, 3]].map((shape) => drawn(random, shape));
      return [
        {
          inputs: { average0: average0!, value0: value0!, average1: average1!, value1: value1! },
          attributes: { momentum: 0.9, factors: [1, 1.25] },
        },
      ];
    },
    reference: (given) =>
      numbers(given, "factors").map((factor, i) => {
        const [momentum, value] = [number(given, "momentum"), input(given, `value${i}`)];
        const values = input(given, `average${i}`).map((average, j) => average * momentum + value[j]! * (1 - momentum) * factor);
        return { shape: shapeOf(given, `average${i}`), values };
      }),
  },
} satisfies KernelContracts;
