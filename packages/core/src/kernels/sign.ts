import { drawn, input, type KernelContracts, shapeOf } from "../kernel-contract.ts";

const EDGES = [0, -0, 1, -1, 1e-30, -1e-30, 0.999, -0.999];

export const signKernels = {
  /** x → −1 where x < 0, else +1 */
  BinarySign: {
    cases: (random) => [{ inputs: { x: drawn(random, [3, 11], EDGES) } }],
    reference: (given) => [{ shape: shapeOf(given, "x"), values: input(given, "x").map((x) => (x < 0 ? -1 : 1)) }],
    tolerance: 0,
  },
  /** x, dy → dy where −1 < x < 1, else 0 */
  BinarySignGrad: {
    cases: (random) => [{ inputs: { x: drawn(random, [3, 11], EDGES), dy: drawn(random, [3, 11]) } }],
    reference: (given) => {
      const dy = input(given, "dy");
      return [{ shape: shapeOf(given, "x"), values: input(given, "x").map((x, i) => (Math.abs(x) < 1 ? dy[i]! : 0)) }];
    },
    tolerance: 0,
  },
} satisfies KernelContracts;
