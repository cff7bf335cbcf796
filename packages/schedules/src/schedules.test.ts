import { createContainer, SCHEDULES, type Spec } from "@benn/core";
import { testSchedule } from "@benn/core/testing";
import { expect, test } from "vitest";
import plugin from "./index.ts";

const container = createContainer();
void plugin.register(container);
const create = (spec: Spec | string) => container.resolve(SCHEDULES).create(spec);

for (const name of ["constant", "linear", "cosine", "one-cycle"]) testSchedule(name, () => create(name));
for (const name of ["constant", "linear", "cosine"]) testSchedule(`${name} with a warm-up`, () => create({ name, warmup: 0.9 }));
testSchedule("one-cycle without a rise", () => create({ name: "one-cycle", warmup: 0, shape: "cosine" }));

/** Rates of all steps of a member, as shares of the learning rate. */
const rates = (spec: Spec | string, epochs: number, steps: number): number[] =>
  Array.from({ length: epochs * steps }, (_, i) =>
    create(spec).rate({ learningRate: 1, epoch: Math.floor(i / steps), epochs, step: i % steps, steps }),
  );

const expectRates = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, rate] of expected.entries()) expect(actual[i], `rate of step ${i}`).toBeCloseTo(rate, 12);
};

// torch 1.13, float64: CosineAnnealingLR(T_max=8, eta_min=0.1), LinearLR(1, 0.1, 8), OneCycleLR(total_steps=10, pct_start=0.3).
const torch = {
  cosine: [1, 0.9657457896300791, 0.8681980515339464, 0.7222075445642905, 0.55, 0.3777924554357097, 0.2318019484660537, 0.134254210369921],
  linear: [1, 0.8875, 0.775, 0.6625, 0.55, 0.4375, 0.325, 0.2125],
  "one-cycle linear": [
    0.04, 0.52, 1, 0.8571434285714286, 0.7142868571428571, 0.5714302857142857, 0.42857371428571434, 0.2857171428571429, 0.14286057142857145,
    4e-6,
  ],
  "one-cycle cosine": [
    0.04, 0.52, 1, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893, 0.38874197806371075, 0.18825834605023697,
    0.049519367986526286, 4e-6,
  ],
};

test.for(["cosine", "linear"] as const)("%s falls as PyTorch's does, by steps and not by epochs", (name) => {
  expectRates(rates({ name, final: 0.1 }, 4, 2), torch[name]);
  expectRates(rates({ name, final: 0.1 }, 1, 8), torch[name]);
});

test.for(["linear", "cosine"] as const)("one-cycle rises and falls as PyTorch's does, %s", (shape) => {
  expectRates(rates({ name: "one-cycle", shape }, 5, 2), torch[`one-cycle ${shape}`]);
});

test("a warm-up rises step by step to the learning rate, and the rest is divided among the others", () => {
  expectRates(rates({ name: "constant", warmup: 0.4 }, 5, 2), [0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1]);
  expectRates(rates({ name: "linear", warmup: 0.2 }, 5, 2), [0.5, 1, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]);
  expectRates(rates({ name: "cosine", warmup: 1 / 9, final: 0.1 }, 3, 3), [1, ...torch.cosine]);
});

test("the constant rate is the learning rate", () => expectRates(rates("constant", 2, 2), [1, 1, 1, 1]));
