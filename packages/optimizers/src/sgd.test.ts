import { testOptimizer } from "@benn/core/testing";
import { expect, test } from "vitest";
import { takeSteps } from "../test/take-steps.ts";
import { sgd, sgdOptions } from "./sgd.ts";

testOptimizer("sgd", () => sgd(sgdOptions.parse({})));
testOptimizer("sgd without momentum", () => sgd(sgdOptions.parse({ momentum: 0, weightDecay: 1e-3, decay: "kernels" })));

const start = [0.5, -2, 3];
const gradients = [
  [0.3, -0.5, 0.02],
  [-0.1, 0.4, 1],
  [2, -0.03, -0.7],
];
// torch 1.13, float64, lr 0.05, momentum 0.9, weight_decay 0.1
const torch = { nesterov: [0.2526954491875, -1.886500648375, 2.8088203464], momentum: [0.3551445625, -1.913264125, 2.8537686] };

test.for(["nesterov", "momentum"] as const)("three steps end where PyTorch's SGD ends, %s", (kind) => {
  const optimizer = sgd(sgdOptions.parse({ nesterov: kind === "nesterov", weightDecay: 0.1 }));
  const weights = takeSteps(optimizer, { start, gradients });
  for (const [i, wanted] of torch[kind].entries()) expect(weights[i]).toBeCloseTo(wanted, 6);
});

test("decay leaves what is no kernel, if so asked", () => {
  const weights = (name: string): number[] =>
    takeSteps(sgd(sgdOptions.parse({ weightDecay: 0.1, decay: "kernels" })), { name, start, gradients: [[0, 0, 0]] });
  expect(weights("norm/gamma")).toEqual(start);
  expect(weights("conv1/kernel")).not.toEqual(start);
});
