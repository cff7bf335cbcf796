import { drawn, input, type KernelCase, type KernelContracts, number, shapeOf, type Values } from "../kernel-contract.ts";
import type { Random } from "../random.ts";

const SHAPES = [[1], [3, 5], [2, 67]];

/** Weights, gradients and slots of several parameters. */
function parameters(random: Random, slots: readonly string[]): Record<string, Values> {
  const names = ["weight", "gradient", ...slots];
  return Object.fromEntries(
    SHAPES.flatMap((shape, i) =>
      names.map((name) => {
        const { values } = drawn(random, shape);
        // Second moments are never negative.
        return [`${name}${i}`, { shape, values: name === "secondMoment" ? Float32Array.from(values, Math.abs) : values }];
      }),
    ),
  );
}

/** Computes the new values of each parameter, element by element. */
function updated(given: KernelCase, slots: readonly string[], update: (old: readonly number[]) => readonly number[]): Values[] {
  return SHAPES.flatMap((_, i) => {
    const shape = shapeOf(given, `weight${i}`);
    const before = ["weight", "gradient", ...slots].map((name) => input(given, `${name}${i}`));
    const after = [0, ...slots].map(() => new Float64Array(before[0]!.length));
    for (let j = 0; j < before[0]!.length; j++) {
      for (const [k, value] of update(before.map((values) => values[j]!)).entries()) after[k]![j] = value;
    }
    return after.map((values) => ({ shape, values }));
  });
}

export const updateKernels = {
  /**
   * weight0, gradient0, firstMoment0, secondMoment0 (one shape), weight1 … → the new weight0, firstMoment0, secondMoment0, weight1 …, which
   * may overwrite the inputs in place if nothing else references them. `learningRate`, `beta1`, `beta2`, `epsilon`, `weightDecay` (added to
   * the gradient), `decoupledDecay` (first multiplies the weights by 1 − learningRate · decoupledDecay), `step` (from 1).
   */
  AdamStep: {
    cases: (random) =>
      [
        { weightDecay: 0, decoupledDecay: 0, step: 1 },
        { weightDecay: 1e-2, decoupledDecay: 0.1, step: 7 },
      ].map((own) => ({
        inputs: parameters(random, ["firstMoment", "secondMoment"]),
        attributes: { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, ...own },
      })),
    reference: (given) => {
      const [rate, beta1, beta2, epsilon, step] = ["learningRate", "beta1", "beta2", "epsilon", "step"].map((name) =>
        number(given, name),
      ) as [number, number, number, number, number];
      return updated(given, ["firstMoment", "secondMoment"], ([w = 0, gradient = 0, m = 0, v = 0]) => {
        const g = gradient + w * number(given, "weightDecay");
        const [first, second] = [m * beta1 + g * (1 - beta1), v * beta2 + g * g * (1 - beta2)];
        const size = Math.sqrt(second) / Math.sqrt(1 - beta2 ** step) + epsilon;
        return [w * (1 - rate * number(given, "decoupledDecay")) - ((rate / (1 - beta1 ** step)) * first) / size, first, second];
      });
    },
  },
  /**
   * weight0, gradient0, velocity0 (one shape), weight1 … → the new weight0, velocity0, weight1 … as above; `learningRate`, `momentum`, `nesterov` 0 or
   * 1, `weightDecay`
   */
  SgdStep: {
    cases: (random) =>
      [0, 1].map((nesterov) => ({
        inputs: parameters(random, ["velocity"]),
        attributes: { learningRate: 0.1, momentum: 0.9, nesterov, weightDecay: 1e-2 },
      })),
    reference: (given) =>
      updated(given, ["velocity"], ([w = 0, gradient = 0, v = 0]) => {
        const [rate, momentum] = [number(given, "learningRate"), number(given, "momentum")];
        const g = gradient + w * number(given, "weightDecay");
        const velocity = v * momentum + g;
        return [w - rate * (number(given, "nesterov") ? g + momentum * velocity : velocity), velocity];
      }),
  },
  /**
   * weight0, gradient0, average0 (one shape), weight1 … → average ← average · (1 − `gamma`) + gradient · `gamma`; weight ← −s if s ·
   * average > `threshold`, else s, with s = −1 where the weight is below 0, else +1. In place as above.
   */
  BopStep: {
    cases: (random) => [{ inputs: parameters(random, ["average"]), attributes: { gamma: 0.25, threshold: 0.125 } }],
    reference: (given) =>
      updated(given, ["average"], ([w = 0, gradient = 0, before = 0]) => {
        const gamma = number(given, "gamma");
        const average = before * (1 - gamma) + gradient * gamma;
        const sign = w < 0 ? -1 : 1;
        return [sign * average > number(given, "threshold") ? -sign : sign, average];
      }),
  },
} satisfies KernelContracts;
