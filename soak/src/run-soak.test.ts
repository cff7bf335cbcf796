import { expect, test } from "vitest";
import { Fault, type Part, tryEach } from "./part.ts";
import { runPart } from "./run-part.ts";
import { runSoak } from "./run-soak.ts";
import { spread } from "./spread.ts";
import { growthOf } from "./thousand-members.ts";

test("a part that is not there is refused with those that are, and --only without a part too", async () => {
  await expect(runSoak(["kilns"], () => {})).rejects.toThrow(/there is no part "kilns"\. There are: kills, power-cuts, .*fuzz-benn/);
  await expect(runSoak(["--only", "3"], () => {})).rejects.toThrow("Name the part.");
});

test("one trial is tried alone, and --json holds what came of it", async () => {
  const lines: string[] = [];
  expect(await runSoak(["fuzz-npy", "--only", "100", "--json"], (line) => lines.push(line))).toBe(true);
  expect(JSON.parse(lines.join("\n"))).toMatchObject({ seed: 1, passed: true, parts: [{ part: "fuzz-npy", trials: 1, failures: [] }] });
});

const part: Part = {
  name: "odd",
  summary: "",
  open: async () => ({
    trials: 20,
    run: tryEach(async (number) => {
      if (number % 2 === 1) throw new Fault(`${number} is odd`);
      return "even";
    }, 3),
  }),
};

test("failures are counted beside what came of the others; a share tries the first trials; an abort ends with the figures so far", async () => {
  const { trials, failures, outcomes } = await runPart(part, { seed: 1, share: 0.5 });
  expect(trials).toBe(10);
  expect(failures.map(({ trial, reason }) => [trial, reason])).toEqual([1, 3, 5, 7, 9].map((trial) => [trial, `${trial} is odd`]));
  expect(outcomes).toEqual(new Map([["even", 5]]));
  expect((await runPart(part, { seed: 1, share: 1, signal: AbortSignal.abort() })).trials).toBe(0);
});

test("an order that is spread over all holds each once", () => {
  for (const length of [1, 2, 7, 60, 1411]) {
    const inOrder = spread([...Array.from({ length }).keys()]);
    expect(new Set(Array.from({ length }, (_, n) => inOrder(n))).size).toBe(length);
  }
});

test("what grows with every member is told, and what stays is not", () => {
  const holding = { held: 1e6, resident: 1e8, tensors: 3, resources: 2, files: 9 };
  const over = (grow: (member: number) => object) => Array.from({ length: 1000 }, (_, n) => ({ ...holding, ...grow(n) }));
  expect(growthOf(over(() => ({}))).grown).toEqual([]);
  expect(growthOf(over((n) => ({ tensors: Math.floor(n / 100) }))).grown).toEqual(["tensors grow"]);
  expect(growthOf(over((n) => ({ held: 20_000 * n, files: 9 + n }))).grown).toEqual(["files grow", "memory held grows"]);
});
