import { testMetric } from "@benn/core/testing";
import { expect, test } from "vitest";
import { myMetric } from "./index.ts";

testMetric("my-metric", () => myMetric);

test("a rare class counts as much as a frequent one", () => {
  const scores = Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0);
  expect(myMetric.of(scores, Int32Array.of(0, 0, 0, 1))).toBe(0.5);
});
