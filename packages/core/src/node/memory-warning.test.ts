import { expect, test } from "vitest";
import { memoryWarning } from "./memory-warning.ts";

const config = { batchSize: 128 };

test("steps that fit into memory need no warning", () => {
  expect(memoryWarning(300e6, { members: 1, memoryBytes: 300e6, config })).toBeUndefined();
  expect(memoryWarning(100e6, { members: 3, memoryBytes: 300e6, config })).toBeUndefined();
});

test("a step that does not fit is announced, with what takes less", () => {
  const warning = memoryWarning(1.2e9, { members: 1, memoryBytes: 315e6, config });
  expect(warning).toContain("a training step takes up to about 1.2 GB, and this process may use 315 MB");
  expect(warning).toContain("Less memory: --set batchSize=64, or --set gradientAccumulationSteps=2.");
  expect(warning).not.toContain("parallel");
});

test("so are steps that only side by side do not fit", () => {
  const warning = memoryWarning(200e6, { members: 2, memoryBytes: 315e6, config });
  expect(warning).toContain("the steps of 2 members side by side take up to about 400 MB");
  expect(warning).toContain("--set parallel=1");
});

test("of one image at a time only a smaller network takes less", () => {
  expect(memoryWarning(1.2e9, { members: 1, memoryBytes: 315e6, config: { batchSize: 1 } })).toContain("A smaller network");
});
