// Voters that learn, and voters that nobody chose.
import { readdir } from "node:fs/promises";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import { DATASETS, type LoadedDataset } from "../dataset.ts";
import type { RunEvent, Staged } from "../events.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { type Ballot, type Voter, VOTERS } from "../voter.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { openEnsemble } from "./open-ensemble.ts";
import { planRun } from "./plan-run.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";

beforeAll(() => tf.setBackend("cpu"));

type Fitted = Ballot & { readonly labels: Int32Array };
const numbersOf = ({ logits, alphas, labels }: Fitted) => ({ logits: logits.map((own) => [...own]), alphas, labels: [...labels] });

/** Weighs each class by how many held-out samples are of it, and keeps every fit. */
function learner(fits: Fitted[][]): Voter {
  const own: Fitted[] = [];
  fits.push(own);
  return {
    fit: (data) => void own.push(data),
    vote({ logits, classes }) {
      const [fitted] = own;
      if (!fitted) throw new Error("was not fitted");
      if (fitted.logits.length !== logits.length) throw new Error(`was fitted to ${fitted.logits.length} members, not ${logits.length}`);
      const counts = Array.from({ length: classes }, (_, c) => fitted.labels.filter((label) => label === c).length);
      return Float64Array.from(logits[0]!, (_, i) => counts[i % classes]! * logits.reduce((sum, each) => sum + each[i]!, 0));
    },
  };
}

const config = { ...toyConfig, members: 3, voter: "learner", validation: 0.2 } satisfies Config;
const stagedOf = (events: readonly RunEvent[]): Staged[] => events.filter((event) => event.type === "staged");

test("a voter that learns is fitted once for each ensemble, on the rows held out, also where a run is evaluated on other data", async () => {
  const fits: Fitted[][] = [];
  const container = toyContainer();
  container.resolve(VOTERS).add("learner", { description: "", create: () => learner(fits) });
  container.resolve(DATASETS).add("other", {
    description: "",
    create: () => ({
      async load(options): Promise<LoadedDataset> {
        const data = await container.resolve(DATASETS).create("blobs").load(options);
        const labels = data.test.labels.map((label) => (label + 1) % data.labels.length);
        return { ...data, test: { ...data.test, labels }, provenance: { source: "other" } };
      },
    }),
  });
  const { events, folder } = await runToy(config, { container });
  const trained = stagedOf(events).map(({ metrics }) => metrics["accuracy"]?.test);
  expect(trained).toHaveLength(3);
  expect(fits.every((own) => own.length <= 1)).toBe(true);
  const last = fits.flat().at(-1)!;
  expect(last.logits).toHaveLength(3);

  fits.length = 0;
  const evaluation = await evaluateRun(folder, { container });
  expect(evaluation.staged.map(({ accuracy }) => accuracy)).toEqual(trained);
  expect(fits.map((own) => own.length).filter((count) => count > 0)).toEqual([1, 1, 1]);
  expect(numbersOf(fits.flat().at(-1)!)).toEqual(numbersOf(last));

  fits.length = 0;
  await evaluateRun(folder, { container, dataset: { name: "other" } });
  expect(numbersOf(fits.flat().at(-1)!)).toEqual(numbersOf(last));
});

test("without rows held out it is refused before anything is written", async () => {
  const container = toyContainer();
  container.resolve(VOTERS).add("learner", { description: "", create: () => learner([]) });
  const out = await newOut();
  const refusal =
    "voter learner: learns from samples that no member was trained on, and validation=0 holds none out. Hold some out, for example --set validation=0.1, or choose another voter.";
  await expect(runToy({ ...config, validation: 0 }, { container, out })).rejects.toThrow(refusal);
  await expect(planRun({ ...config, validation: 0 }, { container })).rejects.toThrow(refusal);
  expect(await readdir(out)).toEqual([]);
});

test("a voter that is only installed never runs, so that a faulty one ends no run; one to compare with does", async () => {
  const container = toyContainer();
  const fail = (): never => {
    throw new Error("this voter is broken");
  };
  container.resolve(VOTERS).add("throws", { description: "", create: fail });
  container.resolve(VOTERS).add("other", { description: "", create: () => ({ fit: fail, vote: fail }) });
  container.resolve(VOTERS).add("beside", { description: "", compared: true, create: () => learner([]) });
  const { events, folder } = await runToy({ ...config, voter: "sum" }, { container });
  expect(Object.keys(stagedOf(events)[0]!.metrics["accuracy"]!.test)).toEqual(["sum", "beside"]);
  expect(Object.keys((await evaluateRun(folder, { container })).staged[0]!["accuracy"]!)).toEqual(["sum", "beside"]);
  const ensemble = await openEnsemble(folder, { container });
  expect([...ensemble.createVoters().keys()]).toEqual(["sum", "beside"]);
  expect([...ensemble.createVoters(["other"]).keys()]).toEqual(["sum", "other", "beside"]);
  // One that learns has nothing to compare where no rows are held out.
  const { events: without } = await runToy({ ...config, voter: "sum", validation: 0 }, { container });
  expect(Object.keys(stagedOf(without)[0]!.metrics["accuracy"]!.test)).toEqual(["sum"]);
});

test("a voter that learns has no vote out of bag, since it is fitted to all members", async () => {
  const container = toyContainer();
  container.resolve(VOTERS).add("learner", { description: "", create: () => learner([]) });
  const { events } = await runToy({ ...config, mode: "independent", scheme: "bag" }, { container });
  const { events: sum } = await runToy({ ...config, mode: "independent", scheme: "bag", voter: "sum" }, { container });
  expect(stagedOf(events).map(({ metrics }) => metrics["accuracy"]!.outOfBag)).toEqual([undefined, undefined, undefined]);
  expect(stagedOf(sum).at(-1)!.metrics["accuracy"]!.outOfBag).toBeGreaterThan(0);
});
