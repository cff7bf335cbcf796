import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { READERS } from "./readers.ts";
import { type Tried, tryInputs } from "./try-inputs.ts";

/** Share of each reader's inputs; includes those that once failed. */
const SHARE = 0.01;

// In this thread: starting one for each reader takes longer than their inputs.
test.for(Object.keys(READERS))("%s reads or refuses what was changed", async (name) => {
  const { inputs } = await READERS[name]!();
  const folder = mkdtempSync(join(tmpdir(), "benn-fuzz-"));
  const results: Tried["results"][number][] = [];
  const trials = Array.from({ length: Math.max(20, inputs * SHARE) }, (_, n) => n);
  await tryInputs({ reader: name, seed: 1, folder, trials, at: new SharedArrayBuffer(4) }, (tried) => results.push(...tried.results));
  rmSync(folder, { recursive: true });
  expect(results.filter(([, outcome]) => typeof outcome !== "string")).toEqual([]);
  expect(results).toHaveLength(trials.length);
});
