import { expect, test } from "vitest";
import { packSigns } from "./pack-signs.ts";

test("bit k of a filter's row is 1 where its k-th weight is +a, lowest bit first, the last byte filled up with 0", () => {
  // Nine weights of two filters, of ±2 and ±0.5.
  const signs = [0b1_0110_0101, 0b0_1000_0011];
  const kernel = Float32Array.from({ length: 18 }, (_, i) => [2, 0.5][i % 2]! * ((signs[i % 2]! >> (i >> 1)) & 1 ? 1 : -1));
  expect(packSigns(kernel, 2)).toEqual({ bits: Uint8Array.of(0b0110_0101, 1, 0b1000_0011, 0), scale: Float32Array.of(2, 0.5) });
});

test("a kernel of nothing but 0 has the scale 0", () => {
  expect(packSigns(new Float32Array(8), 1)).toEqual({ bits: Uint8Array.of(0), scale: Float32Array.of(0) });
});

test("another value anywhere makes it no kernel of signs", () => {
  for (const at of [0, 5, 11]) expect(packSigns(new Float32Array(12).fill(1).with(at, 0.5), 3)).toBeUndefined();
});
