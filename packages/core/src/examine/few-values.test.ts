import { expect, test } from "vitest";
import { activationsFault, codesFault, kernelFault } from "./few-values.ts";

const f32 = (...values: number[]) => Float32Array.from(values);

test("1-bit activations are −1 and +1, others have at most as many values as their bits", () => {
  expect(activationsFault(f32(1, -1, 1), 1)).toBeUndefined();
  expect(activationsFault(f32(1, -1, 0.5), 1)).toBe("1-bit activations are −1 or +1, not 0.5");
  expect(activationsFault(f32(1, 0, -1), 1)).toBe("1-bit activations are −1 or +1, not 0");
  expect(activationsFault(f32(0, 1, 2, 3, 3), 2)).toBeUndefined();
  expect(activationsFault(f32(0, 1, 2, 3, 4), 2)).toBe("5 values of 2 bits, which have at most 4,");
  expect(activationsFault(f32(0, 1, 2, 3, 4), 32)).toBeUndefined();
});

test("each filter of a 1-bit kernel holds −a and +a with an a of its own", () => {
  expect(kernelFault(f32(2, -3, -2, 3), 2, 1)).toBeUndefined();
  expect(kernelFault(f32(2, -3, -2, 1), 2, 1)).toBe("a filter of a 1-bit kernel holds only −a and +a, not -3 and 1");
  expect(kernelFault(f32(0, 0), 1, 1)).toBeUndefined();
});

test("each filter of a kernel of more bits holds at most as many values", () => {
  expect(kernelFault(f32(0, 5, 1, 6, 2, 7, 3, 8), 2, 2)).toBeUndefined();
  expect(kernelFault(f32(0, 1, 0, 2, 0, 3, 0, 4, 0, 5), 2, 2)).toBe("5 values of 2 bits, which have at most 4, in a filter");
  expect(kernelFault(f32(0, 1, 2, 3, 4, 5), 1, 32)).toBeUndefined();
});

test("codes of activations are whole numbers from 0", () => {
  expect(codesFault(f32(0, 1, 2, 3), 2, "activations")).toBeUndefined();
  for (const wrong of [-1, 4, 0.5])
    expect(codesFault(f32(0, wrong), 2, "activations")).toBe(`2-bit codes of activations are whole numbers from 0 to 3, not ${wrong}`);
  expect(codesFault(f32(0, 1), 1, "activations")).toBeUndefined();
  expect(codesFault(f32(0, -1), 1, "activations")).toMatch(/from 0 to 1, not -1$/);
});

test("codes of a kernel are whole numbers around 0, or odd ones; of one bit signs alone", () => {
  expect(codesFault(f32(-2, -1, 0, 1), 2, "kernel")).toBeUndefined();
  expect(codesFault(f32(-3, -1, 1, 3), 2, "kernel")).toBeUndefined();
  expect(codesFault(f32(-1, 1), 1, "kernel")).toBeUndefined();
  const both = "2-bit codes of a kernel are whole numbers from -2 to 1, or odd numbers from -3 to 3, not";
  expect(codesFault(f32(-2, 2, 2, 0, 1, 3), 2, "kernel")).toBe(`${both} -2, 2, 0, 1`);
  expect(codesFault(f32(-3, 0), 2, "kernel")).toBe(`${both} -3, 0`);
  expect(codesFault(f32(-5, 5), 2, "kernel")).toBe(`${both} -5, 5`);
  expect(codesFault(f32(0.5), 2, "kernel")).toBe(`${both} 0.5`);
  expect(codesFault(f32(-1, 0), 1, "kernel")).toBe("1-bit codes of a kernel are odd numbers from -1 to 1, not -1, 0");
});
