// The exam at a small share, with a fixed seed: docs/reliability.md describes what each part tries here.
import { expect, test } from "vitest";
import { PARTS } from "./parts.ts";
import { runPart } from "./run-part.ts";

/** Share of each part's trials: what fits into minutes. Fuzzers have a test of their own. */
const SHARES: Readonly<Record<string, number>> = {
  kills: 0.04,
  "power-cuts": 0.02,
  "full-disk": 0.05,
  "torn-files": 0.02,
  "command-kills": 0.025,
  signals: 0.025,
  terminals: 0.03,
  "thousand-members": 0.1,
};

test("every part but the fuzzers has a share", () => {
  expect(Object.keys(PARTS).filter((name) => !name.startsWith("fuzz-"))).toEqual(Object.keys(SHARES));
});

test.for(Object.entries(SHARES))("%s, a share of %d", { timeout: 900_000 }, async ([name, share]) => {
  const part = await PARTS[name]!();
  const { failures, trials, skipped } = await runPart(part, { seed: 1, share, jobs: 2 });
  expect(failures.map(({ trial, reason }) => `pnpm soak ${name} --seed 1 --only ${trial}\n${reason}`)).toEqual([]);
  expect(trials > 0 || skipped !== undefined).toBe(true);
});
