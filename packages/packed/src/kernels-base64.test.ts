import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the checked-in kernels are compiled from the sources beside them", async () => {
  // Compiles them again if they are not, and then the file differs from the one that was imported.
  const file = new URL("kernels-base64.ts", import.meta.url);
  const before = readFileSync(file, "utf8");
  await import("../assembly/build.mjs");
  expect(readFileSync(file, "utf8") === before, "run node packages/packed/assembly/build.mjs and commit what it writes").toBe(true);
});
