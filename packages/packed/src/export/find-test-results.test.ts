import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { findTestResults } from "./find-test-results.ts";

const out = mkdtempSync(join(tmpdir(), "benn-test-results-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const nin = { architecture: { name: "nin", width: 0.0625 } };
const options = { voter: "soft", members: 1, realBytes: 4000, container };

let folder = "";
let twin = "";
let other = "";
beforeAll(async () => {
  folder = await trainNets(out, { members: [nin] });
  twin = await trainNets(out, { members: [{ ...nin, binarizer: "none" }] });
  other = await trainNets(out, { members: [nin], dataset: { name: "cifar10", source: "sample", trainRows: 40, testRows: 30 } });
}, 240_000);

test("a twin's accuracy stands beside the vote's", async () => {
  const [own, real] = [await findTestResults(folder, options), await findTestResults(twin, options)];
  expect(own).toMatchObject({ version: 1, realBytes: 4000, votes: own?.singles });
  expect(await findTestResults(folder, { ...options, twin })).toEqual({ ...own, twin: real?.singles[0] });
});

test("one on other data is refused", async () => {
  await expect(findTestResults(folder, { ...options, twin: other })).rejects.toThrow(
    `export --twin ${other}: its data are not those of the run`,
  );
});

test("a vote that the run did not count, or another number of members, has no results", async () => {
  expect(await findTestResults(folder, { ...options, voter: "uncounted" })).toBeUndefined();
  expect(await findTestResults(folder, { ...options, members: 2 })).toBeUndefined();
});
