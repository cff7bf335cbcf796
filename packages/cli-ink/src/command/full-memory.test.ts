import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { measureSpeeds } from "./bench.ts";

const ADVICE = /--set gradientAccumulationSteps=(\d+)/;

/** Runs a step with a batch of 64 images in this many parts. @returns the number of parts to try instead, or undefined if it fits */
async function advised(parts: number): Promise<number | undefined> {
  const set = ["architecture.width=0.5", "batchSize=64", "backend.memory=64", `gradientAccumulationSteps=${parts}`];
  const options = { set, backend: "wasm", threads: 1, member: 1, steps: 1, rounds: 1, rows: 1 };
  const result = await measureSpeeds(options, mkdtempSync(join(tmpdir(), "benn-bench-"))).catch((error: unknown) => error);
  if (!(result instanceof Error)) return undefined;
  return Number(ADVICE.exec(result.message)?.[1]);
}

test("a batch that does not fit into memory fits in as many parts as the errors say", async () => {
  expect(await advised(4)).toBeUndefined();
  expect(await advised(2)).toBe(4);
  expect(await advised(1)).toBe(2);
});
