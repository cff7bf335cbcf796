// The exam at a small share, with a fixed seed: what each part tries here stands in docs/reliability.md.
import { expect, test } from "vitest";
import { PARTS } from "./parts.ts";
import { runPart } from "./run-part.ts";

/** Of each part's trials: a tenth, but for those that take seconds each or are held whole by tests elsewhere. */
const SHARES: Readonly<Record<string, number>> = {
  kills: 0.1,
  "power-cuts": 0.02,
  "full-disk": 0.05,
  "torn-files": 0.03,
  "command-kills": 0.05,
  signals: 0.05,
  terminals: 0.05,
  "thousand-members": 0.1,
};
/** Of each fuzzer's inputs. */
const FUZZED = 0.02;

test.for(Object.keys(PARTS))("%s", async (name) => {
  const part = await PARTS[name]!();
  const { failures, trials, skipped } = await runPart(part, { seed: 1, share: SHARES[name] ?? FUZZED, jobs: 2 });
  expect(failures.map(({ trial, reason }) => `pnpm soak ${name} --seed 1 --only ${trial}\n${reason}`)).toEqual([]);
  expect(trials > 0 || skipped !== undefined).toBe(true);
});
