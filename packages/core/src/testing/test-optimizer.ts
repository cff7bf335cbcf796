import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "./exam-host.ts";
import type { Optimizer } from "../optimizer.ts";
import { createRandom } from "../random.ts";
import { MemberOptimizer } from "../train/member-optimizer.ts";

/**
 * Conformance tests for every optimizer: `testOptimizer("momentum", () => momentum({ momentum: 0.9 }))`. It is tested on those of a few
 * parameters that it claims: two kernels, one of them binary, a bias and a scale.
 * @param create creates the optimizer as its definition does; called for every member
 */
export function testOptimizer(name: string, create: () => Optimizer): void {
  describe(`the optimizer ${name}`, () => {
    beforeAll(() => tf.setBackend("cpu"));

    test("claims a parameter or leaves it by its name and kind alone, and claims one of them at least", () => {
      const claimed = () => PARAMETERS.map((parameter) => create().claims?.(parameter) ?? true);
      expect(claimed()).toEqual(claimed());
      expect(claimed()).toContain(true);
    });

    test("moves every parameter that it claims somewhere, to finite numbers, and leaves one without a gradient as it is", async () => {
      const starts = startsOf(create());
      for (const [i, values] of (await steps(create, 20)).entries()) {
        expect(values.every(Number.isFinite), `values of parameter ${i} are finite`).toBe(true);
        expect(values).not.toEqual(starts[i]);
      }
      expect(await steps(create, 3, () => undefined)).toEqual(starts);
    });

    test("makes a quadratic loss smaller", async () => {
      const loss = (all: readonly Float32Array[]): number =>
        all.flatMap((values) => [...values].map((x, i) => (x - TARGET(i)) ** 2)).reduce((sum, x) => sum + x, 0);
      expect(loss(await steps(create, 200))).toBeLessThan(loss(startsOf(create())));
    });

    test("remembers nothing but its slots and the step: restored from a checkpoint it goes on with the same numbers", async () => {
      expect(await steps(create, 6, gradientOf, 3)).toEqual(await steps(create, 6));
    });

    test("leaves no tensor behind, and its weights, gradients and slots as it found them until it returns", async () => {
      const { numTensors } = tf.memory();
      await steps(create, 5);
      expect(tf.memory().numTensors).toBe(numTensors);
    });
  });
}

const PARAMETERS = [
  { name: "conv1/kernel", isBinaryKernel: false, shape: [3, 3, 2, 4] },
  { name: "conv2/kernel", isBinaryKernel: true, shape: [1, 1, 4, 5] },
  { name: "conv2/bias", isBinaryKernel: false, shape: [5] },
  { name: "norm/gamma", isBinaryKernel: false, shape: [4] },
] as const;

function claims(optimizer: Optimizer, parameter: number): boolean {
  return optimizer.claims?.(PARAMETERS[parameter] ?? PARAMETERS[0]) ?? true;
}

/** Initial values of the parameters that it claims. */
function startsOf(optimizer: Optimizer): Float32Array[] {
  return PARAMETERS.flatMap((_, i) => (claims(optimizer, i) ? [startOf(i)] : []));
}

function startOf(parameter: number): Float32Array {
  const random = createRandom(1, "optimizer exam", parameter);
  const { shape } = PARAMETERS[parameter] ?? PARAMETERS[0];
  return Float32Array.from({ length: shape.reduce<number>((product, n) => product * n, 1) }, () => random.normal());
}

/** Signs, so that a rule that produces only ±1 can reach them. */
const TARGET = (index: number): number => (index % 3 === 0 ? -1 : 1);

/** Gradient of Σ (w − target)² / 2. */
function gradientOf(weight: tf.Tensor): tf.Tensor | undefined {
  const targets = Float32Array.from({ length: weight.size }, (_, i) => TARGET(i));
  return tf.sub(weight, tf.tensor(targets, weight.shape));
}

/**
 * Takes `count` steps with a learning rate of 0.01.
 * @param interruptedAt number of steps after which the slots are saved and loaded by a new optimizer
 * @returns the parameters it claims
 */
async function steps(
  create: () => Optimizer,
  count: number,
  gradient: typeof gradientOf = gradientOf,
  interruptedAt = -1,
): Promise<Float32Array[]> {
  const rule = create();
  const parameters = PARAMETERS.flatMap(({ shape, ...parameter }, i) =>
    claims(rule, i) ? [{ ...parameter, variable: tf.tidy(() => tf.variable(tf.tensor(startOf(i), [...shape]))) }] : [],
  );
  let optimizer = new MemberOptimizer(parameters, [{ name: "examined", optimizer: rule }]);
  for (let step = 0; step < count; step++) {
    if (step === interruptedAt) {
      const [taken, slots] = [optimizer.step, await optimizer.slots()];
      optimizer.dispose();
      optimizer = new MemberOptimizer(parameters, [{ name: "examined", optimizer: create() }]);
      optimizer.restore(taken, slots);
    }
    tf.tidy(() => {
      const gradients = parameters.flatMap(({ variable }) => {
        const own = gradient(variable);
        return own ? [[variable.name, own] as const] : [];
      });
      optimizer.apply(Object.fromEntries(gradients), 0.01);
    });
  }
  const values = await Promise.all(parameters.map(async ({ variable }) => Float32Array.from(await variable.data())));
  optimizer.dispose();
  tf.dispose(parameters.map(({ variable }) => variable));
  return values;
}
