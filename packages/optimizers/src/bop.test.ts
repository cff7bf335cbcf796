import { createRandom } from "@benn/core/internals";
import { testOptimizer } from "@benn/core/testing";
import { expect, test } from "vitest";
import { takeSteps } from "../test/take-steps.ts";
import { bop, bopOptions } from "./bop.ts";

testOptimizer("bop", () => bop(bopOptions.parse({})));

test("claims binary kernels alone", () => {
  const { claims } = bop(bopOptions.parse({}));
  expect([true, false].map((isBinaryKernel) => claims?.({ name: "conv1/kernel", isBinaryKernel }))).toEqual([true, false]);
});

test("flips where the average exceeds τ with the weight's sign, worked by hand", () => {
  const rule = bop(bopOptions.parse({ gamma: 0.5, threshold: 0.3 }));
  // Averages after the first step: 0.5, −0.5, 0.5, 0.2; after the second: 0.15, −0.35, −0.35, 0.4.
  const gradients = [
    [1, -1, 1, 0.4],
    [-0.2, -0.2, -1.2, 0.6],
  ];
  const once = takeSteps(rule, { start: [1, 1, -1, 1], gradients: gradients.slice(0, 1) });
  expect(once).toEqual([-1, 1, -1, 1]);
  expect(takeSteps(rule, { start: [1, 1, -1, 1], gradients })).toEqual([-1, 1, 1, -1]);
});

test("fresh weights count by their sign, +1 at 0, and are signs from the first step on", () => {
  const rule = bop(bopOptions.parse({ threshold: 1 }));
  expect(takeSteps(rule, { start: [0.3, -0.02, 0, -0], gradients: [[0, 0, 0, 0]] })).toEqual([1, -1, 1, 1]);
});

test("follows algorithm 1 over many steps, with γ lowered by the schedule", () => {
  const random = createRandom(3, "bop");
  const start = Array.from({ length: 40 }, () => (random.normal() < 0 ? -1 : 1));
  const gradients = Array.from({ length: 30 }, () => start.map(() => random.normal()));
  const scheduled = gradients.map((_, i) => 1 - i / 40);
  const wanted = start.map((sign, i) => {
    let [w, m] = [sign, 0];
    for (const [t, gradient] of gradients.entries()) {
      const gamma = 0.2 * scheduled[t]!;
      m = (1 - gamma) * m + gamma * gradient[i]!;
      if (Math.abs(m) > 0.1 && Math.sign(m) === Math.sign(w)) w = -w;
    }
    return w;
  });
  const optimizer = bop(bopOptions.parse({ gamma: 0.2, threshold: 0.1 }));
  expect(takeSteps(optimizer, { start, gradients }, scheduled)).toEqual(wanted);
  expect(wanted).not.toEqual(start);
  expect(takeSteps(optimizer, { start, gradients })).not.toEqual(wanted);
});
