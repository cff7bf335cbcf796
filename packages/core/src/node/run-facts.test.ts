import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRunFacts } from "./run-facts.ts";
import { aheadFile, checkpointFile, memberAhead, memberFolder, sampleWeightsFile, verifyPointFile } from "./run-paths.ts";
import { surveyRun } from "./survey-run.ts";

const experiment = { benn: "0.1.0", config: {}, dataset: {}, versions: {}, machine: {} };
const data = { shape: [1, 1, 1], labels: ["a", "b", "c"], rows: { train: 5, validation: 2, test: 3 } };
const clock = { at: 1 };
const plan = { architecture: "a", binarizer: "b", epochs: 1, steps: 1, learningRate: 1, parameters: 1, bytes: 1, realBytes: 1 };
const start = (dataset: object) => ({
  type: "run-start",
  run: "toy",
  seed: 0,
  backend: "cpu",
  scheme: "bag",
  mode: "sequential",
  voter: "sum",
  metrics: [],
  members: [0, 1].map((member) => ({ ...plan, member })),
  dataset: { name: "blobs", labels: ["a", "b"], train: 7, validation: 0, test: 4, ...dataset },
  pretrainEpochs: 0,
  batchSize: 4,
  clock,
});
const end = (member: number) => ({ type: "member-end", member, bestEpoch: 0, error: 0, alpha: 1, metrics: {}, clock });

async function runOf({ json, events, members = [] }: { json?: object; events?: object[]; members?: string[] }): Promise<string> {
  const run = await mkdtemp(join(tmpdir(), "benn-facts-"));
  if (json) await writeFile(join(run, "experiment.json"), JSON.stringify(json));
  if (events) await writeFile(join(run, "events.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  for (const name of members) await mkdir(join(run, "members", name), { recursive: true });
  return run;
}

test("a run's rows and classes stand in its experiment, and of an older run in its first event", async () => {
  expect(await readRunFacts(await runOf({}))).toEqual({ format: 1 });
  expect(await readRunFacts(await runOf({ json: { ...experiment, format: 2, data } }))).toEqual({ format: 2, rows: data.rows, classes: 3 });
  expect(await readRunFacts(await runOf({ json: experiment }))).toEqual({ format: 1 });
  const older = (dataset: object) => runOf({ json: experiment, events: [start(dataset), start({ train: 1 })] });
  expect(await readRunFacts(await older({}))).toEqual({ format: 1, rows: { train: 7, test: 4 }, classes: 2 });
  expect(await readRunFacts(await older({ validation: 2 }))).toEqual({ format: 1, rows: { train: 7, validation: 2, test: 4 }, classes: 2 });
  expect(await readRunFacts(await runOf({ json: experiment, events: [{ type: "warning", message: "hm", clock }, start({})] }))).toEqual({
    format: 1,
  });
});

test("a survey tells which members are there, and which should be", async () => {
  expect(await surveyRun(await runOf({}))).toEqual({ trained: [], logged: 0, checkpointed: undefined, hasLog: false, ended: false });
  const run = await runOf({ events: [start({}), end(1), end(0)], members: ["000", "002", "1000", "003", "notes", "12"] });
  for (const name of ["002", "000", "1000", "notes", "12"]) await writeFile(join(run, "members", name, "member.json"), "");
  const surveyed = await surveyRun(run);
  expect(surveyed).toMatchObject({ trained: [0, 2, 1000], logged: 2, checkpointed: undefined, hasLog: true, ended: false });
});

test("a log ends a run only where it has not been gone on with since", async () => {
  const over = (reason: string) => ({ type: "run-end", reason, members: 1, clock });
  const surveyed = async (...events: object[]) => (await surveyRun(await runOf({ events: [start({}), ...events] }))).ended;
  expect(await surveyed(end(0), over("finished"))).toBe(true);
  expect(await surveyed(end(0), over("interrupted"))).toBe(false);
  expect(await surveyed(end(0), over("interrupted"), start({}), end(1), over("stopped-early"))).toBe(true);
  expect(await surveyed(end(0), over("finished"), start({}), end(1))).toBe(false);
});

test("everything has its place in a run's folder", () => {
  expect(memberFolder("run", 7)).toBe(join("run", "members", "007"));
  expect(sampleWeightsFile("run", 12)).toBe(join("run", "weights", "012.f64"));
  expect(checkpointFile("run")).toBe(join("run", "checkpoint", "latest.safetensors"));
  expect(verifyPointFile("run")).toBe(join("run", "verify", "checkpoint.safetensors"));
  expect(aheadFile("run", 1234)).toBe(join("run", "checkpoint", "ahead-1234.safetensors"));
  expect(memberAhead("ahead-012.safetensors")).toBe(12);
  for (const name of [
    "latest.safetensors",
    "ahead-.safetensors",
    "ahead-1.safetensors.part",
    "xahead-1.safetensors",
    "ahead-1-safetensors",
  ])
    expect(memberAhead(name)).toBeUndefined();
});
