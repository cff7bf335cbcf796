import { createContainer, SCHEMES } from "@benn/core";
import { testScheme } from "@benn/core/testing";
import { expect, test } from "vitest";
import plugin, { myBoost } from "./my-boost.ts";

testScheme("my-boost", () => myBoost(1)); // the conformance tests of schemes, in one line

const next = (rate: number, logits: readonly number[]) => {
  const round = { member: 0, wrong: Uint8Array.of(0, 1), error: 0.8, labels: Int32Array.of(0, 2), classes: 3 };
  const verdict = myBoost(rate).next({ ...round, sampleWeights: Float64Array.of(0.2, 0.8), logits: () => Float32Array.from(logits) });
  if (verdict.kind !== "accept") throw new Error("it goes on");
  return [...verdict.sampleWeights];
};

test("weights move as in the paper's formula of probabilities", () => {
  const logits = [2, 1, -1, 0.5, 3, 1];
  const paper = [0, 1].map((row) => {
    const own = logits.slice(3 * row, 3 * row + 3);
    const total = own.reduce((sum, x) => sum + Math.exp(x), 0);
    const label = [0, 2][row]!;
    const sum = own.reduce((sum, x, k) => sum + (k === label ? 1 : -1 / 2) * Math.log(Math.exp(x) / total), 0);
    return [0.2, 0.8][row]! * Math.exp((-2 / 3) * sum);
  });
  const [first = 0, second = 0] = next(1, logits);
  expect(second).toBe(1);
  expect(first).toBeCloseTo(paper[0]! / paper[1]!, 6);
});

test("weights stay finite with huge logits, and a small rate moves them less", () => {
  expect(next(1, [1e30, 0, 0, 1e30, 0, 0])).toEqual([0, 1]);
  expect(next(0.5, [3, 0, 0, 3, 0, 0])[0]).toBeGreaterThan(next(1, [3, 0, 0, 3, 0, 0])[0]!);
});

test("it registers under its name", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(container.resolve(SCHEMES).resolve("my-boost")).toEqual({ name: "my-boost", rate: 1 });
});
