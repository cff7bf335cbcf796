import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { sweptRuns } from "./sweep-plan.ts";

test("every preset is tried with every corner of the grid and every seed, and each has a name that tells so", () => {
  const runs = sweptRuns({ presets: ["demo", "quick"], seeds: [1, 2], grid: ["epochs=1,2", "scheme=bagging"] });
  expect(runs).toHaveLength(8);
  expect(runs.slice(0, 3)).toEqual([
    {
      name: "demo-epochs-1-scheme-bagging-seed-1",
      group: "demo-epochs-1-scheme-bagging",
      preset: "demo",
      seed: 1,
      settings: ["epochs=1", "scheme=bagging"],
    },
    {
      name: "demo-epochs-1-scheme-bagging-seed-2",
      group: "demo-epochs-1-scheme-bagging",
      preset: "demo",
      seed: 2,
      settings: ["epochs=1", "scheme=bagging"],
    },
    {
      name: "demo-epochs-2-scheme-bagging-seed-1",
      group: "demo-epochs-2-scheme-bagging",
      preset: "demo",
      seed: 1,
      settings: ["epochs=2", "scheme=bagging"],
    },
  ]);
});

test("without a preset and a grid it is the configuration with its seeds", () => {
  expect(sweptRuns({ presets: [], seeds: [7], grid: [] })).toEqual([{ name: "run-seed-7", group: "run", seed: 7, settings: [] }]);
});

test("commas within brackets belong to a value, and names have no characters that paths do not", () => {
  const runs = sweptRuns({ presets: [], seeds: [0], grid: ['optimizer=[{"name":"sgd"},{"name":"bop"}],adamw'] });
  expect(runs.map(({ settings }) => settings)).toEqual([['optimizer=[{"name":"sgd"},{"name":"bop"}]'], ["optimizer=adamw"]]);
  for (const { name } of runs) expect(name).toMatch(/^[\w.-]+$/);
});

test("a grid that is none, and names that come twice or are too long, are refused", () => {
  const sweep =
    (grid: string[], seeds = [1]) =>
    () =>
      sweptRuns({ presets: [], seeds, grid });
  expect(sweep(["epochs"])).toThrow(UserError);
  expect(sweep(["epochs"])).toThrow("--grid epochs: is not key=value,value");
  expect(sweep(["epochs=1,"])).toThrow("has a value that is empty");
  expect(sweep(["epochs=1,1"])).toThrow("two of its runs would be called run-epochs-1-seed-1");
  expect(sweep([], [1, 1])).toThrow("two of its runs would be called");
  expect(sweep([`architecture=${"a".repeat(100)}`])).toThrow("characters long");
});
