import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completePlan, readPlan } from "./comparison-plan.ts";

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "benn-plan-")), "plan.json");
  writeFileSync(path, text);
  return path;
}

test("the command line comes before the file, and that before the defaults", async () => {
  const { plan, train } = await readPlan(file('{ "members": 7, "seeds": [3, 4], "train": { "epochs": 2 } }'));
  expect(train).toEqual({ epochs: 2 });
  expect(completePlan(plan, { bits: [8, 3, 8], seeds: [5, 6] })).toEqual({ members: 7, bits: [3, 8], quantizer: "lsq", seeds: [5, 6] });
  expect((await readPlan(file("{}"))).train).toBeUndefined();
});

test("a file that is no plan, and seeds that say nothing, are refused in a sentence", async () => {
  for (const [text, message] of [
    ["no", /cannot be read as JSON/],
    ['{ "epochs": 3 }', /Keys are members, bits, quantizer, seeds and train\.$/],
    ['{ "bits": [1] }', /bits\.0/],
    ['{ "seeds": [1] }', /seeds/],
  ] as const)
    await expect(readPlan(file(text))).rejects.toThrow(message);
  await expect(readPlan("/nowhere.json")).rejects.toThrow(/compare: \/nowhere\.json cannot be read/);
  for (const seeds of [[1], [2, 2]])
    expect(() => completePlan({}, { seeds })).toThrow(/^--seeds: expected two different ones at least, got /);
});
