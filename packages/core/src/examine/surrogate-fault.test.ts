import { expect, test } from "vitest";
import type { KnownSurrogate } from "../surrogate.ts";
import { slopeAt } from "../surrogate.ts";
import { surrogateFault } from "./surrogate-fault.ts";

const x = Float32Array.from({ length: 60 }, (_, i) => (i - 30) / 10);
const weights = x.map((_, i) => 1 + (i % 7));
const values = x.map((value) => (value < 0 ? -1 : 1));

test.for<KnownSurrogate>([
  { kind: "hard-tanh", clip: 1.25 },
  { kind: "polynomial", coefficients: [1.5, 0, -1.5], clip: 0.99 },
  { kind: "tanh", steepness: 2, scale: 0.5 },
])("$kind is held against the derivative of its curve", (surrogate) => {
  const { clip = 99 } = surrogate as { clip?: number };
  const curves = {
    "hard-tanh": (x: number) => Math.max(-clip, Math.min(clip, x)),
    polynomial: (x: number) => (Math.abs(x) < clip ? 1.5 * x - 0.5 * x ** 3 : 0),
    tanh: (x: number) => 0.5 * Math.tanh(2 * x),
  };
  const curve = curves[surrogate.kind];
  const gradient = x.map((value, i) => (weights[i]! * (curve(value + 1e-4) - curve(value - 1e-4))) / 2e-4);
  const given = { surrogate, x, values, weights };
  expect(surrogateFault({ ...given, gradient })).toBeUndefined();
  expect(surrogateFault({ ...given, gradient: gradient.map((own) => own * 1.01) })).toMatch(/^activations has the slope /);
  expect(surrogateFault({ ...given, gradient, values: values.map((own) => -own) })).toMatch(/^activations gives 1 for -3, /);
});

test("of a gradient of its own only the values are known", () => {
  const given = { surrogate: { kind: "own" }, x, values, weights, gradient: x } as const;
  expect(surrogateFault(given)).toBeUndefined();
  expect(surrogateFault({ ...given, values: values.map(() => 1) })).toMatch(/^activations gives 1 for -3, /);
});

test("a slope is 0 from the clip on", () => {
  for (const value of [1, -1, Infinity]) expect(slopeAt({ kind: "polynomial", coefficients: [1] }, value)).toBe(0);
});
