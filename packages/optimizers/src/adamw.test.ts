import { testOptimizer } from "@benn/core/testing";
import { expect, test } from "vitest";
import { takeSteps } from "../test/take-steps.ts";
import { adamw, adamwOptions } from "./adamw.ts";

testOptimizer("adamw", () => adamw(adamwOptions.parse({})));
testOptimizer("adamw that decays kernels alone", () => adamw(adamwOptions.parse({ weightDecay: 0.5, decay: "kernels" })));

const start = [0.5, -2, 3];
const gradients = [
  [0.3, -0.5, 0.02],
  [-0.1, 0.4, 1],
  [2, -0.03, -0.7],
];

test("three steps end where PyTorch's AdamW ends", () => {
  const torch = [0.3891622950953323, -1.9140166535915653, 2.862385338120978]; // torch 1.13, float64, lr 0.05, weight_decay 0.1
  const weights = takeSteps(adamw(adamwOptions.parse({ weightDecay: 0.1 })), { start, gradients });
  for (const [i, wanted] of torch.entries()) expect(weights[i]).toBeCloseTo(wanted, 5);
});

test("decay moves a weight without a gradient by rate · weightDecay, and only kernels if so asked", () => {
  const still = [[0, 0, 0]];
  const shrunk = start.map((w) => w * (1 - 0.05 * 0.4));
  const decaying = (decay: "all" | "kernels", name: string): number[] =>
    takeSteps(adamw(adamwOptions.parse({ weightDecay: 0.4, decay })), { name, start, gradients: still });
  for (const weights of [decaying("all", "norm/gamma"), decaying("kernels", "conv1/kernel")])
    for (const [i, wanted] of shrunk.entries()) expect(weights[i]).toBeCloseTo(wanted, 6);
  expect(decaying("kernels", "norm/gamma")).toEqual(start);
  expect(decaying("kernels", "conv1/bias")).toEqual(start);
});
