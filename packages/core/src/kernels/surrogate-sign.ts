import { drawn, input, type KernelCase, type KernelContracts, number, numbers, shapeOf, type Values } from "../kernel-contract.ts";
import { type KnownSurrogate, slopeAt } from "../surrogate.ts";

const EDGES = [0, -0, 1, -1, 1e-30, -1e-30, 0.999, -0.999, 30, -30, 1e30, -1e30];

function passed(given: KernelCase, surrogate: KnownSurrogate): Values {
  const dy = input(given, "dy");
  return { shape: shapeOf(given, "x"), values: input(given, "x").map((x, i) => dy[i]! * slopeAt(surrogate, x)) };
}

export const surrogateSignKernels = {
  /** x, dy → dy · (c₀ + c₁·|x| + c₂·x²) where |x| < `clip`, else 0; `coefficients` [c₀, c₁, c₂] */
  PolynomialSignGrad: {
    cases: (random) =>
      [
        { coefficients: [2, -2, 0], clip: 1 },
        { coefficients: [1, 0, 0], clip: 1.5 },
        { coefficients: [1.25, -0.5, 0.125], clip: 0.75 },
      ].map((attributes) => ({ inputs: { x: drawn(random, [3, 11], EDGES), dy: drawn(random, [3, 11]) }, attributes })),
    reference: (given) => {
      const [c0 = 0, c1 = 0, c2 = 0] = numbers(given, "coefficients");
      return [passed(given, { kind: "polynomial", coefficients: [c0, c1, c2], clip: number(given, "clip") })];
    },
  },
  /** x, dy → dy · `scale` · `steepness` · (1 − tanh²(`steepness` · x)) */
  TanhSignGrad: {
    cases: (random) =>
      [
        { steepness: 0.1, scale: 10 },
        { steepness: 1.5, scale: 1 },
        { steepness: 10, scale: 1 },
      ].map((attributes) => ({ inputs: { x: drawn(random, [3, 11], EDGES), dy: drawn(random, [3, 11]) }, attributes })),
    reference: (given) => [passed(given, { kind: "tanh", steepness: number(given, "steepness"), scale: number(given, "scale") })],
  },
} satisfies KernelContracts;
