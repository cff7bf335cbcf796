import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the checked-in kernels are compiled from the sources beside them", async () => {
  // Compiles them again if they are out of date; the file then differs from the imported one.
  const read = () =>
    ["kernels-base64.ts", "planes/plane-kernels-base64.ts"].map((file) => readFileSync(new URL(file, import.meta.url), "utf8"));
  const before = read();
  await import("../assembly/build.mjs");
  expect(read().join() === before.join(), "run node packages/packed/assembly/build.mjs and commit what it writes").toBe(true);
});
