import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { load } from "../load.ts";
import { openTestResults } from "../trust/index.ts";
import { exportRun } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-test-results-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const nin = { architecture: { name: "nin", width: 0.0625 } };

let folder = "";
let twin = "";
let other = "";
beforeAll(async () => {
  folder = await trainNets(out, { members: [nin], validation: 0.2 });
  twin = await trainNets(out, { members: [{ ...nin, binarizer: "none" }], validation: 0.2 });
  other = await trainNets(out, { members: [nin], dataset: { name: "cifar10", source: "sample", trainRows: 40, testRows: 30 } });
}, 240_000);

const resultsOf = async (options: Partial<Parameters<typeof exportRun>[1]> = {}) =>
  openTestResults(await load((await exportRun(folder, { container, ...options })).bytes));

/** Of the run's only member. */
const recordOf = (run: string) =>
  (JSON.parse(readFileSync(join(run, "members/000/member.json"), "utf8")) as { metrics: { accuracy: { test: number } } }).metrics.accuracy
    .test;

test("a twin's accuracy stands beside the vote's, which is that of the record", async () => {
  const own = await resultsOf();
  expect(own).toMatchObject({ version: 1, rows: 200, votes: [recordOf(folder)], singles: [recordOf(folder)] });
  expect(await resultsOf({ twin })).toEqual({ ...own, twin: recordOf(twin) });
});

test("a twin on other data is refused", async () => {
  await expect(resultsOf({ twin: other })).rejects.toThrow(`export --twin ${other}: its data are not those of the run`);
});

test("a log that was changed changes nothing", async () => {
  const before = await resultsOf();
  const log = join(folder, "events.jsonl");
  const text = readFileSync(log, "utf8");
  writeFileSync(log, text.replaceAll(/"soft":0\.\d+/g, '"soft":0.99'));
  expect(await resultsOf()).toEqual(before);
  writeFileSync(log, text);
});

test("without trust the file says nothing of them, read or not, unless a twin is to stand beside them", async () => {
  expect(await resultsOf({ trust: false })).toBeUndefined();
  expect(await resultsOf({ trust: false, verify: true })).toBeUndefined();
  expect(await resultsOf({ trust: false, twin })).toBeDefined();
});
