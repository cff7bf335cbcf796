import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadedDataset, VOTERS } from "@benn/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { load } from "../load.ts";
import { openTestResults } from "../trust/index.ts";
import { exportRun } from "./export-run.ts";
import { findTestResults, type TestResultsOptions } from "./find-test-results.ts";

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

// Of votes on a few rows, counted by hand.

const dataOf = (labels: number[]) =>
  ({ labels: ["a", "b", "c"], test: { labels: Int32Array.from(labels), images: () => new Float32Array() } }) as unknown as LoadedDataset;
const logits = [Float32Array.of(3, 0, 0, 0, 3, 0, 3, 0, 0, 0, 0, 3), Float32Array.of(0, 4, 0, 0, 4, 0, 0, 0, 4, 0, 0, 4)];
const small: TestResultsOptions = { container, data: dataOf([0, 1, 2, 2]), logits, vote: "soft", alphas: [1, 1], realBytes: 40 };

test("votes of the first members and members alone are counted", async () => {
  expect(await findTestResults("run", small)).toEqual({ version: 1, rows: 4, votes: [0.75, 0.75], singles: [0.75, 0.75], realBytes: 40 });
  const first = await findTestResults("run", { ...small, data: dataOf([0, 0, 2, 2]), alphas: [2, 1] });
  expect(first).toMatchObject({ votes: [0.5, 0.5], singles: [0.5, 0.5] });
  const second = await findTestResults("run", { ...small, data: dataOf([1, 0, 2, 2]), alphas: [1, 2] });
  expect(second).toMatchObject({ votes: [0.25, 0.75], singles: [0.25, 0.75] });
});

test("the vote is the file's, with the file's weights", async () => {
  const hard = { ...small, data: dataOf([0, 1, 0, 2]), vote: "hard" } as const;
  expect(await findTestResults("run", { ...hard, alphas: [1, 0.5] })).toMatchObject({ votes: [1, 1], singles: [1, 0.5] });
  expect(await findTestResults("run", { ...hard, alphas: [0.5, 1] })).toMatchObject({ votes: [1, 0.5], singles: [1, 0.5] });
});

test("nothing is said without the labels of the test images, or without a voter by the name of the file's", async () => {
  expect(await findTestResults("run", { ...small, data: dataOf([]) })).toBeUndefined();
  const none = { ...small, container: container.createChildContainer() };
  none.container.register(VOTERS, { useValue: { names: () => ["median"] } as never });
  expect(await findTestResults("run", none)).toBeUndefined();
});
