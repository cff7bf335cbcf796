import { expect, test } from "vitest";
import { wrap } from "./wrap.ts";

test("lines break between words, never before a percent sign, and what is longer than the width stays whole", () => {
  expect(wrap("a vote is right on 40.3 % of all", 24)).toEqual(["a vote is right on", "40.3 % of all"]);
  expect(wrap("see runs/2026-11-25-a-long-name now", 10)).toEqual(["see", "runs/2026-11-25-a-long-name", "now"]);
  expect(wrap("", 10)).toEqual([""]);
});

test("a table is not touched", () => {
  expect(wrap("  members  single  mean", 10)).toEqual(["  members  single  mean"]);
});
