import { expect, test } from "vitest";
import { wasmBackend } from "./wasm-backend.ts";

const GIB = 2 ** 30;
const backend = wasmBackend.create({ memory: 4096, simd: "auto", threads: 0, gradients: "exact" });
const lanesOf = (cores: number, memory: number, step: number) =>
  backend.share?.({ cores, memoryBytes: memory * GIB, stepBytes: step * GIB }).lanes;

test("each core gets a member, as far as half of the memory goes", () => {
  expect(lanesOf(8, 64, 1)).toBe(8);
  expect(lanesOf(8, 8, 1)).toBe(4);
  expect(lanesOf(8, 1, 1)).toBe(1);
});

test("the cores are divided among the members, at least one thread to each", () => {
  const share = backend.share?.({ cores: 8, memoryBytes: 64 * GIB, stepBytes: GIB });
  expect([8, 3, 1, 20].map((lanes) => share?.options(0, lanes))).toEqual([{ threads: 1 }, { threads: 2 }, { threads: 8 }, { threads: 1 }]);
});
