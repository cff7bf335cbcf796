// The trust data that exports of real runs contain.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitTemperature } from "@benn/analysis";
import { createRandom, shuffle } from "@benn/core/internals";
import { loadDataset, openRun, resolveConfig } from "@benn/core/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { container, trainNets } from "../../test/train-nets.ts";
import { writeBatches } from "../../test/write-batches.ts";
import { load } from "../load.ts";
import { openTestResults, openTrust } from "../trust/index.ts";
import { exportRun } from "./export-run.ts";

const out = mkdtempSync(join(tmpdir(), "benn-trusted-run-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const nin = { count: 2, architecture: { name: "nin", width: 0.0625 } };

let folder = "";
let exported: Awaited<ReturnType<typeof exportRun>>;
beforeAll(async () => {
  folder = await trainNets(out, {
    members: [nin],
    dataset: { name: "cifar10", source: "sample", trainRows: 600, testRows: 500 },
    validation: 0.5,
  });
  exported = await exportRun(folder, { container, verify: true });
}, 240_000);

async function dataOf(run: string) {
  const loading = loadDataset(resolveConfig((await openRun(run)).config, container), container);
  let loaded = await loading.next();
  while (!loaded.done) loaded = await loading.next();
  return loaded.value;
}

test("the temperature is that of the packed vote on a quarter of the held-out rows, and the file verifies with it", async () => {
  const { validation } = await dataOf(folder);
  const model = await load(exported.bytes);
  const rows = shuffle(Int32Array.from(validation!.labels.keys()), createRandom(5, "trust")).subarray(0, 75);
  const scores = [];
  for (const row of rows) scores.push(...model.predict((await validation!.images(Int32Array.of(row))).slice()).scores);
  const temperature = fitTemperature(
    Float64Array.from(scores),
    Int32Array.from(rows, (row) => validation!.labels[row]!),
  );
  expect(exported.trust).toMatchObject({ version: 1, temperature, temperatureRows: 75, coverageRows: 225, step: 1, reused: [] });
  expect(openTrust(model)).toMatchObject({ temperature, coverageRows: 225, hasLead: true });
  expect(exported.verification?.votes).toEqual({ hard: 0, soft: 0, softmax: 0 });
});

test("the file says how often the vote of its first members is right on the test images, and each member alone", async () => {
  const { test: fresh } = await dataOf(folder);
  const model = await load(exported.bytes);
  const [votes, singles] = [Array.from({ length: 2 }, () => 0), Array.from({ length: 2 }, () => 0)];
  for (const [row, label] of fresh.labels.entries()) {
    const sums = new Float64Array(model.labels.length);
    for (const { member, class: own, alpha, logits } of model.votes((await fresh.images(Int32Array.of(row))).slice())) {
      for (const [k, logit] of logits.entries()) sums[k]! += alpha * logit;
      if (own === label) singles[member]! += 1;
      if (sums.indexOf(Math.max(...sums)) === label) votes[member]! += 1;
    }
  }
  const share = (right: number): number => right / fresh.labels.length;
  expect(openTestResults(model)).toEqual({
    version: 1,
    rows: 500,
    votes: votes.map(share),
    singles: singles.map(share),
    realBytes: exported.realBytes,
  });
  const other = await exportRun(folder, { container, voter: "hard" });
  expect(openTestResults(await load(other.bytes))?.votes[0]).toBe(share(singles[0]!));
});

test("on fresh images the sets hold the right class as often as they say", async () => {
  const { test: fresh } = await dataOf(folder);
  const model = await load(exported.bytes);
  const trust = openTrust(model)!;
  const hits = { 0.8: 0, 0.9: 0, 0.95: 0 };
  let size = 0;
  for (const [row, label] of fresh.labels.entries()) {
    const prediction = model.predict((await fresh.images(Int32Array.of(row))).slice());
    for (const coverage of [0.8, 0.9, 0.95] as const) {
      const { set = [] } = trust.judge(prediction, { coverage });
      if (set.some((own) => own.class === label)) hits[coverage] += 1;
      if (coverage === 0.8) size += set.length / fresh.labels.length;
    }
  }
  for (const [key, count] of Object.entries(hits)) {
    const coverage = Number(key);
    // With 225 calibration rows and 500 fresh ones, three standard errors.
    const error = Math.sqrt(coverage * (1 - coverage) * (1 / 225 + 1 / 500));
    expect(count / 500).toBeGreaterThan(coverage - 3 * error);
    expect(count / 500).toBeLessThan(coverage + 3 * error + 1 / 226);
  }
  expect(size).toBeLessThan(9); // all ten classes would be the trivial set
});

test("the same run is exported to the same bytes, and without trust to those of a file that says nothing", async () => {
  expect(Buffer.compare((await exportRun(folder, { container })).bytes, exported.bytes)).toBe(0);
  const plain = await exportRun(folder, { container, trust: false });
  expect(plain.trust).toBe("It says nothing of how far its votes can be trusted, as asked.");
  expect((await load(plain.bytes)).trust).toBeUndefined();
  expect(exported.bytes.length - plain.bytes.length).toBeLessThan(5000);
});

test("what else the held-out rows decided on is said", async () => {
  const own = await trainNets(out, {
    members: [{ ...nin, count: 2 }],
    dataset: { name: "cifar10", source: "sample", trainRows: 100, testRows: 10 },
    validation: 0.5,
    more: { scoreOn: "validation", stopWhen: { patience: 1 } },
  });
  expect((await exportRun(own, { container })).trust).toMatchObject({
    reused: ["the best epochs were chosen on them", "they ended the ensemble", "the temperature was fitted on them"],
  });
  const path = join(own, "experiment.json");
  const experiment = JSON.parse(readFileSync(path, "utf8")) as { config: object };
  const { trust } = await exportRun(own, { container });
  for (const [change, reuse] of [
    [{ origin: { selection: {} } }, "the members were chosen on them"],
    [{ origin: { torch: {} } }, "given members may have been trained on them"],
    [{ config: { ...experiment.config, given: ["runs/x/members/000"] } }, "given members may have been trained on them"],
  ] as const) {
    writeFileSync(path, JSON.stringify({ ...experiment, ...change }));
    expect((await exportRun(own, { container })).trust).toMatchObject({ ...(trust as object), reused: expect.arrayContaining([reuse]) });
  }
});

test("without held-out rows, or with too few, it says why", async () => {
  const none = await trainNets(out, { members: [{ ...nin, count: 1 }] });
  expect((await exportRun(none, { container })).trust).toBe(
    "It has no temperature, no sets of classes and no early stop of a soft vote: they are found on held-out rows, and the run has none. Train with validation=0.1.",
  );
  const few = await trainNets(out, { members: [{ ...nin, count: 1 }], validation: 0.05 });
  expect((await exportRun(few, { container })).trust).toMatch(/: 1\d held-out rows are too few to find them on, 20 the least\.$/);
});

test("without the held-out images it says so, and where they are now it finds the same", async () => {
  const [data, moved] = [join(out, "data"), join(out, "moved")];
  writeBatches(data, 20);
  const at = (place: string) => ({ name: "cifar10", data: place });
  const gone = await trainNets(out, { members: [{ ...nin, count: 1 }], dataset: at(data), validation: 0.25 });
  const before = await exportRun(gone, { container });
  expect(before.trust).toMatchObject({ coverageRows: 63, temperatureRows: 63, reused: ["the temperature was fitted on them"] });
  renameSync(data, moved);
  const without = await exportRun(gone, { container });
  expect(without.trust).toMatch(/^It has no temperature, .*: the held-out images are not there \(.*data is ".*", which is not a folder/);
  expect(Buffer.compare((await exportRun(gone, { container, dataset: at(moved) })).bytes, before.bytes)).toBe(0);
});
