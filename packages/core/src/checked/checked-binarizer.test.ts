import { expect, test } from "vitest";
import type { Binarizer, Bits } from "../binarizer.ts";
import { EVALUATION } from "../layer-context.ts";
import { checkedBinarizer } from "./checked-binarizer.ts";

const declaring = (surrogate: unknown, activations: Bits = 1): Binarizer => {
  const bits = { activations, kernel: 1 };
  const own = { bits, activations: () => {}, kernel: () => {}, project: () => {}, surrogate: () => surrogate };
  return checkedBinarizer(own as unknown as Binarizer, "binarizer mine");
};

test.for([
  { kind: "hard-tanh" },
  { kind: "hard-tanh", clip: 1.5 },
  { kind: "polynomial", coefficients: [2, -2] },
  { kind: "polynomial", coefficients: [1, 0, -0.5], clip: 2 },
  { kind: "tanh", steepness: 0.1, scale: 10 },
  { kind: "own" },
])("a surrogate may be %j", (surrogate) => {
  expect(declaring(surrogate).surrogate?.(EVALUATION)).toBe(surrogate);
});

test.for([
  undefined,
  "hard-tanh",
  { kind: "relu" },
  { kind: "hard-tanh", clip: 0 },
  { kind: "polynomial" },
  { kind: "polynomial", coefficients: [] },
  { kind: "polynomial", coefficients: [1, 2, 3, 4] },
  { kind: "polynomial", coefficients: [1, Number.NaN] },
  { kind: "polynomial", coefficients: [1], clip: Infinity },
  { kind: "tanh" },
  { kind: "tanh", steepness: 0 },
  { kind: "tanh", steepness: 1, scale: "2" },
])("a surrogate may not be %j", (surrogate) => {
  const told = JSON.stringify(surrogate) ?? "nothing";
  expect(() => declaring(surrogate).surrogate?.(EVALUATION)).toThrow(`binarizer mine: surrogate returned ${told}. It must return {`);
});

test("who has other activations than signs has no surrogate", () => {
  expect(() => declaring({ kind: "own" }, 32)).toThrow(
    "binarizer mine: has a surrogate, which is for activations of 1 bit without a scale.",
  );
});
