import { mkdtempSync } from "node:fs";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PLACES } from "./places.ts";
import { speedrun, type SpeedrunOptions } from "./speedrun.ts";

const config = {
  epochs: 1,
  architecture: { name: "nin", width: 0.0625 },
  dataset: { name: "cifar10", trainRows: 40, testRows: 20 },
  backend: { name: "wasm", threads: 1 },
};

async function options(change: object = {}): Promise<SpeedrunOptions & { readonly page: string }> {
  const results = mkdtempSync(join(tmpdir(), "benn-speedrun-"));
  const page = join(results, "speedrun.md");
  await copyFile(join(PLACES.results, "speedrun.md"), page);
  const file = join(results, "tiny.json");
  await writeFile(file, JSON.stringify({ ...config, ...change }));
  const places = { results, runs: join(results, "runs") };
  return { file, by: "me", seeds: 5, print: () => {}, places, today: "2026-01-02", page };
}

test("five seeds add a line with their figures, and their logs, once they reach the bar", async () => {
  const { page, ...asked } = await options();
  const before = await readFile(page, "utf8");
  expect((await speedrun(asked))?.target).toBe(0.8);
  expect(await readFile(page, "utf8")).toBe(before);
  // The runs exist already: only the target differs.
  const outcome = await speedrun({ ...asked, target: 0 });
  expect(outcome?.accuracies).toHaveLength(5);
  const line = (await readFile(page, "utf8")).trimEnd().split("\n").at(-1) ?? "";
  expect(line).toMatch(/^\| 2026-01-02 \| me \| 0\.00 \| [\d.]+ % \| [\d.]+ %(?:, [\d.]+ %){4} \| wasm \| \d+ × /);
  expect((await readdir(join(asked.places?.results ?? "", "speedrun/2026-01-02-tiny"))).toSorted()).toEqual([
    "config.json",
    ...[0, 1, 2, 3, 4].map((seed) => `seed-${seed}.jsonl`),
  ]);
});

test("inner layers of real numbers, and fewer than five seeds, are refused before training", async () => {
  await expect(speedrun(await options({ binarizer: "none" }))).rejects.toThrow(/with real numbers/);
  await expect(speedrun({ ...(await options()), seeds: 4 })).rejects.toThrow("at least 5");
});
