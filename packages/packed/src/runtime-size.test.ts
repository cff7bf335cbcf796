import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

test("the runtime, its kernels included, takes at most 40 kB gzipped before any minifier has seen it", () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  expect(sources).toContain("kernels-base64.ts");
  const code = sources
    .map((name) => stripTypeScriptTypes(readFileSync(`${import.meta.dirname}/${name}`, "utf8"), { mode: "strip" }))
    .join("\n");
  expect(gzipSync(code).length).toBeLessThan(40_000);
});
