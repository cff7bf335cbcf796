import { testScheme } from "@benn/core/testing";
import { expect, test } from "vitest";
import { myScheme } from "./index.ts";

testScheme("my-scheme", () => myScheme(1));

test("misclassified samples get more weight", () => {
  const sampleWeights = Float64Array.of(0.25, 0.25, 0.25, 0.25);
  const round = { member: 0, sampleWeights, labels: new Int32Array(4), classes: 2, logits: () => new Float32Array(8) };
  const verdict = myScheme(1).next({ ...round, wrong: Uint8Array.of(1, 0, 0, 0), error: 0.25 });
  if (verdict.kind !== "accept") throw new Error("the member is usable");
  expect(verdict.alpha).toBeCloseTo(Math.log(3), 12);
  expect(verdict.sampleWeights[0]).toBeCloseTo(1 / 2, 12);
});
