import { mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Spec } from "@benn/core";
import { expect, test } from "vitest";
import { datasetOfRun, type GivenDataset } from "./dataset-of-run.ts";

const cwd = mkdtempSync(join(tmpdir(), "benn-cache-"));
const elsewhere = mkdtempSync(join(tmpdir(), "benn-elsewhere-"));
mkdirSync(join(cwd, "cache"));
symlinkSync(elsewhere, join(cwd, "link"));

function open(dataset: Spec | string, given: GivenDataset = {}): { dataset: Spec | undefined; warnings: string[] } {
  const warnings: string[] = [];
  const opened = datasetOfRun({ folder: "runs/theirs", config: { dataset } }, given, (message) => void warnings.push(message), cwd);
  return { dataset: opened.dataset, warnings };
}

test.for([elsewhere, join(elsewhere, "new"), "../new", "link", "link/new"])(
  "a cache that lies elsewhere is not written to unless it is named: %s",
  (cache) => {
    const { dataset, warnings } = open({ name: "cifar10", cache, data: "d" });
    expect(dataset).toEqual({ name: "cifar10", data: "d" });
    expect(warnings).toEqual([expect.stringMatching(/^run folder runs\/theirs: its experiment\.json keeps .* add --cache \S+\.$/)]);
    expect(warnings[0]).toContain(cache);
    expect(open({ name: "cifar10", cache }, { cache: elsewhere })).toEqual({
      dataset: { name: "cifar10", cache: elsewhere },
      warnings: [],
    });
  },
);

test.for(["cache", "cache/new", join(cwd, "cache")])("a cache in the working folder is used: %s", (cache) => {
  expect(open({ name: "cifar10", cache })).toEqual({ dataset: { name: "cifar10", cache }, warnings: [] });
});

test("data that have moved take the place of the run's, and a dataset without a cache stays as it is", () => {
  expect(open({ name: "cifar10", source: "download" }, { data: "moved" }).dataset).toEqual({
    name: "cifar10",
    data: join(cwd, "moved"),
  });
  // Options that it does not have are not mentioned.
  const moved = { name: "pictures", data: join(cwd, "moved") };
  expect(open({ name: "pictures", data: "d" }, { data: "moved" }).dataset).toStrictEqual(moved);
  expect(open("cifar10")).toEqual({ dataset: { name: "cifar10" }, warnings: [] });
});
