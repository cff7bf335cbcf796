import { mkdtempSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changed, search } from "./search.ts";

test("trials are trained once each, and their table has the best on validation rows first", async () => {
  const results = mkdtempSync(join(tmpdir(), "benn-search-"));
  const places = { results, runs: join(results, "runs") };
  await mkdir(join(results, "search"));
  const base = {
    epochs: 1,
    validation: 0.2,
    architecture: { name: "nin", width: 0.0625 },
    dataset: { name: "cifar10", trainRows: 100, testRows: 20 },
    backend: { name: "wasm", threads: 1 },
  };
  const trials = { slow: { learningRate: 1e-6 }, wide: { "architecture.width": 0.125, learningRate: 0.01 } };
  await writeFile(join(results, "search", "tiny.json"), JSON.stringify({ title: "Tiny nets", base, trials }));
  const lines: string[] = [];
  expect(await search("tiny", { places, print: (line) => lines.push(line) })).toBe(true);
  expect(lines.filter((line) => line.startsWith("member 1: test"))).toHaveLength(2);
  const page = await readFile(join(results, "search", "tiny.md"), "utf8");
  const values = [...page.matchAll(/^\| (slow|wide) \| .* \| ([\d.]+) \| [\d.]+ \| [\d.]+ \|$/gm)].map(([, , value]) => Number(value));
  expect(values).toHaveLength(2);
  expect(values).toEqual(values.toSorted((a, b) => b - a));
  expect(page).toContain("`architecture.width=0.125` `learningRate=0.01`");
  lines.length = 0;
  expect(await search("tiny", { places, print: (line) => lines.push(line) })).toBe(true);
  expect(lines.filter((line) => line.includes("epoch"))).toEqual([]);
});

test("a change reaches into nested keys and leaves the base as it was", () => {
  const base = { a: { b: 1, c: 2 }, d: 3 };
  expect(changed(base, { "a.b": 5, "e.f": "x" })).toEqual({ a: { b: 5, c: 2 }, d: 3, e: { f: "x" } });
  expect(base).toEqual({ a: { b: 1, c: 2 }, d: 3 });
});
