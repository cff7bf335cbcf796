import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import archNin from "@benn/arch-nin";
import binarize from "@benn/binarize";
import { type Config, createContainer, type RunEvent } from "@benn/core";
import { RunControl, train, type TrainOptions } from "@benn/core/node";
import { useSoftwareGpu } from "@benn/software-gpu";
import dataCifar from "@benn/data-cifar";
import ensembleBagging from "@benn/ensemble-bagging";
import vote from "@benn/vote";
import { expect, test } from "vitest";
import backendWebgpu from "./index.ts";

await useSoftwareGpu();
const container = createContainer({ defaults: { architecture: "nin", binarizer: "deterministic", voter: "soft" } });
for (const plugin of [archNin, binarize, dataCifar, ensembleBagging, vote, backendWebgpu]) await plugin.register(container);

const config = {
  dataset: { name: "cifar10", trainRows: 20, testRows: 10, flip: true, crop: 3 },
  architecture: { name: "nin", width: 1 / 64 },
  scheme: "bagging",
  mode: "independent",
  members: 1,
  epochs: 2,
  scoreEvery: 1,
  batchSize: 10,
  checkpointSeconds: 0,
  backend: "webgpu",
  parallel: 1,
  name: "run",
} satisfies Config;

async function run(own: Config | undefined, options: Partial<TrainOptions> = {}, stopAfter = Infinity) {
  const out = await mkdtemp(join(tmpdir(), "benn-webgpu-"));
  const control = new RunControl();
  const events: RunEvent[] = [];
  let folder = "";
  const place = options.resume === undefined ? { out } : {};
  for await (const event of train(own, { container, control, onFolder: (path) => (folder = path), ...place, ...options })) {
    events.push(event);
    if (events.length === stopAfter) control.stopNow();
  }
  return { folder, events };
}

/** A digest of each file that training writes, and of the log without its clock readings. */
async function digests(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const digest = async (name: string): Promise<readonly [string, string]> => {
    const bytes = await readFile(join(folder, name));
    const lines = bytes.toString().replaceAll(/"clock":\{[^}]*\}/g, "");
    return [
      name,
      createHash("sha256")
        .update(name === "events.jsonl" ? lines : bytes)
        .digest("hex"),
    ];
  };
  return Object.fromEntries(await Promise.all(names.filter((name) => /^members\/.*\.|^events/.test(name)).map(digest)));
}

test("a run trains to its end, and to the same bytes with its images on the GPU, sent batch by batch, and stopped and resumed", async () => {
  const whole = await run(config);
  expect(whole.events.at(-1)).toMatchObject({ type: "run-end", reason: "finished", members: 1 });
  const made = await digests(whole.folder);
  expect(await digests((await run({ ...config, resident: false })).folder)).toEqual(made);
  const stopped = await run(config, {}, 5);
  expect(stopped.events.at(-1)).toMatchObject({ reason: "interrupted" });
  await run(undefined, { resume: stopped.folder });
  expect(await digests(stopped.folder)).toEqual(made);
}, 240_000);

test("so does a run whose batches are computed in parts, which others than the whole ones are", async () => {
  const dataset = { ...config.dataset, flip: "alternating", padding: "reflect", cutout: 9 };
  const inParts = { ...config, dataset, epochs: 1, gradientAccumulationSteps: 3 };
  const whole = await run(inParts);
  const made = await digests(whole.folder);
  expect(await digests((await run({ ...config, dataset, epochs: 1 })).folder)).not.toEqual(made);
  expect(await digests((await run({ ...inParts, resident: false })).folder)).toEqual(made);
  const stopped = await run(inParts, {}, 4);
  expect(stopped.events.at(-1)).toMatchObject({ reason: "interrupted" });
  await run(undefined, { resume: stopped.folder });
  expect(await digests(stopped.folder)).toEqual(made);
}, 240_000);

test("so does a run whose member is scored with averaged weights and precise statistics", async () => {
  const precise = { ...config, epochs: 1, batchNorm: { statistics: "precise" }, averageWeights: { decay: 0.9 } } satisfies Config;
  const whole = await run(precise);
  const made = await digests(whole.folder);
  expect(await digests((await run({ ...precise, resident: false })).folder)).toEqual(made);
  const stopped = await run(precise, {}, 4);
  expect(stopped.events.at(-1)).toMatchObject({ reason: "interrupted" });
  await run(undefined, { resume: stopped.folder });
  expect(await digests(stopped.folder)).toEqual(made);
}, 240_000);
