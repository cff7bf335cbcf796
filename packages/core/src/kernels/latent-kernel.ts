import { drawn, input, type KernelContracts, shapeOf, type Values } from "../kernel-contract.ts";
import type { Random } from "../random.ts";

const SHAPES = [
  [1, 1, 1, 1],
  [3, 2, 3, 5],
  [1, 1, 65, 12],
];

/** Includes weights beyond ±1, at ±1, and 0. */
const latent = (random: Random, shape: readonly number[]): Values => drawn(random, shape, shape[2] === 1 ? [] : [0, -0, 1, -1, 2, -2]);

/** Mean |w| of each filter. */
function magnitudes(w: ArrayLike<number>, filters: number): Float64Array {
  const means = new Float64Array(filters);
  for (let i = 0; i < w.length; i++) means[i % filters]! += (Math.abs(w[i]!) * filters) / w.length;
  return means;
}

const signed = (sign: number, value: number): number => (sign < 0 ? -value : value);

function binaryOf({ shape, values }: Values): Values {
  const filters = shape.at(-1)!;
  const means = magnitudes(values, filters);
  return { shape, values: Float64Array.from(values, (value, i) => signed(value, means[i % filters]!)) };
}

export const latentKernels = {
  /** w [..., C, F] → w minus its mean over C (if C > 1), clipped to [−1, 1] */
  CentreAndClip: {
    cases: (random) => SHAPES.map((shape) => ({ inputs: { w: latent(random, shape) } })),
    reference: (given) => {
      const [w, shape] = [input(given, "w"), shapeOf(given, "w")];
      const [channels, filters] = shape.slice(-2) as [number, number];
      const values = w.map((value, i) => {
        const first = i - (i % (channels * filters)) + (i % filters);
        let mean = 0;
        for (let c = 0; c < channels && channels > 1; c++) mean += w[first + c * filters]! / channels;
        return Math.min(1, Math.max(-1, value - mean));
      });
      return [{ shape, values }];
    },
  },
  /** w [..., F] → ŵ = a · sign(w), with a = mean |w| of each filter */
  BinaryKernel: {
    cases: (random) => SHAPES.map((shape) => ({ inputs: { w: latent(random, shape) } })),
    reference: ({ inputs }) => [binaryOf(inputs["w"]!)],
  },
  /**
   * w [..., C, F], `binary` (ŵ of w), dy → (a · dy, where |w| ≤ 1, + sign(w) · Σ(dy · sign(w)) / n) · (1 − 1/C, if C > 1) · n, with the sum over the
   * n weights of a filter
   */
  BinaryKernelGrad: {
    cases: (random) =>
      SHAPES.map((shape) => {
        const w = latent(random, shape);
        return { inputs: { w, binary: binaryOf(w), dy: drawn(random, shape) } };
      }),
    reference: (given) => {
      const [w, dy, shape] = [input(given, "w"), input(given, "dy"), shapeOf(given, "w")];
      const [channels, filters] = shape.slice(-2) as [number, number];
      const [means, n] = [magnitudes(w, filters), w.length / filters];
      const along = new Float64Array(filters);
      for (const [i, value] of dy.entries()) along[i % filters]! += signed(w[i]!, value) / n;
      const factor = n * (channels > 1 ? 1 - 1 / channels : 1);
      const values = w.map((value, i) => {
        const through = Math.abs(value) <= 1 ? means[i % filters]! * dy[i]! : 0;
        return (through + signed(value, along[i % filters]!)) * factor;
      });
      return [{ shape, values }];
    },
  },
} satisfies KernelContracts;
