import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mutate, type Mutation } from "./mutate.ts";
import { reportLines } from "./report.ts";
import { written } from "./survivors.ts";

const root = dirname(dirname(import.meta.dirname));
const name = "of-mutate-test";
const subject = { name, sources: ["mutation/test/clamp.ts"], tests: ["mutation/test/clamp.cases.ts"] };
const options = { root, sample: undefined, seed: 1, budget: 60, fresh: true, print: () => {} };
const clean = () => {
  for (const end of ["", ".json"]) rmSync(join(root, "mutation/results", name + end), { recursive: true, force: true });
};

let mutation: Mutation;
beforeAll(async () => {
  clean();
  mutation = await mutate(subject, options);
}, 240_000);
afterAll(clean);

const status = (original: string, replacement: string, of: Mutation = mutation) => {
  const [, verdict] = [...of.verdicts].find(([mutant]) => mutant.original === original && mutant.replacement === replacement) ?? [];
  return verdict?.status;
};

test("a mutant that a test notices is killed, one that none notices survives", () => {
  expect(status("value > LIMIT", "false")).toBe("killed");
  expect(status("value > LIMIT", "value >= LIMIT")).toBe("survived");
  expect(status("value < 0", "value <= 0")).toBe("survived");
  expect(status("value < 0", "value >= 0")).toBe("killed");
});

test("what runs while the module loads is mutated before it loads", () => {
  expect(status('"8"', '""')).toBe("killed");
});

test("a loop that never ends is killed", () => {
  expect(status("at++", "at--")).toBe("killed");
});

test("what is kept from one time to the next does not hide a mutant", () => {
  expect(status("value * 2", "value / 2")).toBe("killed");
});

test("what no test reaches is named", () => {
  expect(status("value - 1", "value + 1")).toBe("not reached");
});

test("a survivor with a reason is not named as new; a second run goes on from the first", async () => {
  const { unlisted } = reportLines(mutation, new Map());
  expect(unlisted).toBeGreaterThan(1);
  const reasons = new Map([
    [`mutation/test/clamp.ts\0${written({ original: "value > LIMIT", replacement: "value >= LIMIT" })}`, "the same value"],
  ]);
  const again = await mutate(subject, { ...options, fresh: false });
  expect([...again.verdicts.values()]).toEqual([...mutation.verdicts.values()]);
  expect(reportLines(again, reasons).unlisted).toBe(unlisted - 1);
});

test("a test file that came to it runs alone, and only against what has survived", async () => {
  const tests = [...subject.tests, "mutation/test/clamp.more-cases.ts"];
  const again = await mutate({ ...subject, tests }, { ...options, fresh: false });
  expect(status("value < 0", "false")).toBe("survived");
  expect(status("value < 0", "false", again)).toBe("killed");
  expect(status("value - 1", "value + 1", again)).toBe("killed");
  expect(status("value > LIMIT", "value >= LIMIT", again)).toBe("survived");
  const lines = readFileSync(join(root, "mutation/results", name, "log.jsonl"), "utf8")
    .trim()
    .split("\n");
  const ran = lines.map((line) => JSON.parse(line) as { on: string; test?: string; file?: string });
  for (const { file } of ran.filter(({ on }) => on === "file")) expect(file).toMatch(/more-cases\.ts$/);
  expect(ran.filter(({ on }) => on === "end").length).toBeLessThan(mutation.verdicts.size);
}, 240_000);
