import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readSurvivors } from "./survivors.ts";

test("each listed survivor has a reason and a file that is there", () => {
  const root = dirname(dirname(import.meta.dirname));
  const files = new Set(globSync("packages/*/src/**/*.ts", { cwd: root }));
  const survivors = readSurvivors(join(root, "mutation/survivors.md"));
  expect(survivors.size).toBeGreaterThan(0);
  for (const [at, reason] of survivors) {
    expect(files).toContain(at.split("\0")[0]);
    expect(at).toMatch(/\0`.*` → `.*`$/);
    expect(reason.length).toBeGreaterThan(20);
  }
});
