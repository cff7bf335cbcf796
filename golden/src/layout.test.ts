import { expect, test } from "vitest";
import { imagesFromReference, kernelFromReference, permute, type Values } from "./layout.ts";

const counted = (shape: number[]): Values => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
});

test("a kernel [filters, channels, height, width] becomes [height, width, channels, filters]", () => {
  const [F, C, H, W] = [2, 3, 4, 5] as const;
  const { shape, values } = kernelFromReference(counted([F, C, H, W]));
  expect(shape).toEqual([H, W, C, F]);
  for (let f = 0; f < F; f++) {
    for (let c = 0; c < C; c++) {
      for (let h = 0; h < H; h++) {
        for (let w = 0; w < W; w++) expect(values[((h * W + w) * C + c) * F + f]).toBe(((f * C + c) * H + h) * W + w);
      }
    }
  }
});

test("images [batch, channels, height, width] become [batch, height, width, channels]", () => {
  const { shape, values } = imagesFromReference(counted([1, 3, 2, 1]));
  expect(shape).toEqual([1, 2, 1, 3]);
  expect([...values]).toEqual([0, 2, 4, 1, 3, 5]);
});

test("a bias stays as it is, and a permutation and its inverse undo one another", () => {
  expect(kernelFromReference(counted([7]))).toEqual(counted([7]));
  const original = counted([3, 1, 5, 2]);
  expect(permute(permute(original, [2, 3, 1, 0]), [3, 2, 0, 1])).toEqual(original);
});
