// Constants that packages must share although none of them may import the other.
import { ELEMENT_HASH } from "@benn/core/internals";
import { expect, test } from "vitest";
import * as hash from "../packages/backend-wasm/src/constants/element-hash.ts";
import { CONV_BLOCK, MATMUL_BLOCK } from "../packages/backend-wasm/src/constants/sum-blocks.ts";
import { DENSE_SUM_BLOCK, sumBlock } from "../packages/packed/src/export/sum-block.ts";

test("the engine's kernels draw random bits by core's elementBits (assembly/dropout.ts of backend-wasm, kernels.ts of core)", () => {
  expect({
    indexFactor: hash.INDEX_FACTOR,
    firstFactor: hash.FIRST_FACTOR,
    secondFactor: hash.SECOND_FACTOR,
    outerShift: hash.OUTER_SHIFT,
    middleShift: hash.MIDDLE_SHIFT,
  }).toEqual(ELEMENT_HASH);
});

test("packed models take sums in the engine's order (sum-blocks.ts of backend-wasm, sum-block.ts of packed)", () => {
  const channels = [1, 3, 16, 96, 192, 383, 384, 385, 1000];
  expect(channels.map(sumBlock)).toEqual(channels.map((c) => Math.max(1, Math.floor(CONV_BLOCK / c)) * c));
  expect(DENSE_SUM_BLOCK).toBe(MATMUL_BLOCK);
});
