import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readExperiment } from "./experiment.ts";
import { nearestPath } from "./nearest-path.ts";
import { importPlugin } from "./plugins/import-plugin.ts";

const folder = mkdtempSync(join(tmpdir(), "benn-near-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ["runs/first-try", "my-boost.ts"]) mkdirSync(join(folder, name), { recursive: true });

test("of a path that does not exist, what is called nearly so is named as it would be written", () => {
  expect(nearestPath("runs/frist-try", folder)).toBe("runs/first-try");
  expect(nearestPath("./my-bost.ts", folder)).toBe("./my-boost.ts");
  expect(nearestPath("my-bost.ts", folder)).toBe("my-boost.ts");
  expect(nearestPath(join(folder, "runs/first-tr"), "/")).toBe(join(folder, "runs/first-try"));
  expect(nearestPath("runs/another", folder)).toBeUndefined();
  expect(nearestPath("none/first-try", folder)).toBeUndefined();
});

test("a run folder and a plugin's file that were misspelled are suggested", async () => {
  await expect(readExperiment(join(folder, "runs/firsttry"))).rejects.toThrow(
    `does not exist. Did you mean "${join(folder, "runs/first-try")}"?`,
  );
  await expect(importPlugin("./my-boot.ts", folder)).rejects.toThrow('Did you mean "./my-boost.ts"? Check the path');
});
