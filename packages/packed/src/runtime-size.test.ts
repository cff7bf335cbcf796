import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

/** The code of a folder's modules, before minification. */
function codeIn(folder: string): string {
  const sources = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  return sources.map((name) => stripTypeScriptTypes(readFileSync(`${folder}/${name}`, "utf8"), { mode: "strip" })).join("\n");
}

const runtime = codeIn(import.meta.dirname);
const trust = codeIn(`${import.meta.dirname}/trust`);

test("the runtime, its kernels included, takes at most 40 kB gzipped before any minifier has seen it", () => {
  expect(runtime).toContain("kernelsBase64");
  expect(gzipSync(runtime).length).toBeLessThan(40_000);
});

test("what votes are worth is an entry of its own, for which a page that wants classes alone does not pay, and fits the same size", () => {
  expect(runtime).not.toMatch(/from "\.\/(trust|webgpu|export)\//);
  expect(trust).not.toMatch(/from "(?!\.)/);
  expect(gzipSync(`${runtime}\n${trust}`).length).toBeLessThan(40_000);
});

test("what codes of several bits take is a chunk of its own, of at most 6 kB, which only files with codes load", () => {
  expect(runtime).not.toMatch(/from "\.\/planes\//);
  expect(runtime).toContain('await import("./planes/index.ts")');
  const planes = codeIn(`${import.meta.dirname}/planes`);
  expect(planes).not.toMatch(/from "(?!\.)/);
  expect(gzipSync(planes).length).toBeLessThan(6_000);
});
