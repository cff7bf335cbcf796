import { drawn, input, type KernelContracts, number, shapeOf } from "../kernel-contract.ts";
import { keepsElement } from "../element-bits.ts";

export const dropoutKernels = {
  /** x → x where `keepsElement(seed, i, rate)` holds for its index i, else 0; kept values are not scaled. Attributes `rate`, `seed`. */
  DropoutMask: {
    cases: (random) =>
      [
        { rate: 0.1, seed: 1 },
        { rate: 0.5, seed: 0xdead_beef },
        { rate: 0, seed: 3 },
      ].map((attributes) => ({ inputs: { x: drawn(random, [2, 5, 13]) }, attributes })),
    reference: (given) => {
      const [rate, seed] = [number(given, "rate"), number(given, "seed")];
      return [{ shape: shapeOf(given, "x"), values: input(given, "x").map((x, i) => (keepsElement(seed, i, rate) ? x : 0)) }];
    },
    tolerance: 0,
  },
} satisfies KernelContracts;
