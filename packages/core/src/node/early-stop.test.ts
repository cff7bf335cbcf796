import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { LOSSES } from "../loss.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { VOTERS } from "../voter.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { mendRun } from "./mend-run.ts";
import { planRun } from "./plan-run.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";
import type { TrainOptions } from "./train.ts";
import { verifyRun } from "./verify-run.ts";

const container = toyContainer();
/** Its vote on validation rows is best after few of its members. */
const held = { ...toyConfig, members: 9, mode: "independent", validation: 0.2, stopWhen: { patience: 2 } } satisfies Config;
/** Uses the out-of-bag vote. */
const bagged = { ...held, validation: 0 } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const run = (config: Config | undefined, options: Partial<TrainOptions> = {}, until?: Parameters<typeof runToy>[2]) =>
  runToy(config, { container, ...options }, until);

/** The votes that the rule uses, and where it must end by its documentation. */
function expected(events: readonly RunEvent[], on: "validation" | "outOfBag", patience: number): number {
  const votes = events.flatMap((event) => {
    const measured = event.type === "staged" ? event.metrics["accuracy"] : undefined;
    const vote = on === "validation" ? measured?.validation?.["sum"] : measured?.outOfBag;
    return vote === undefined ? [] : [vote];
  });
  for (let n = 1; n <= votes.length; n++) if (n - 1 - votes.indexOf(Math.max(...votes.slice(0, n))) >= patience) return n;
  return Infinity;
}

test.for([
  ["validation", held],
  ["outOfBag", bagged],
] as const)("a run ends when its vote has not risen: %s", async ([on, config]) => {
  const tensors = tf.memory().numTensors;
  const whole = await run({ ...config, stopWhen: false });
  const last = expected(whole.events, on, 2);
  expect(last).toBeLessThan(9);
  const { events, folder } = await run(config);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "stopped-early", members: last });
  const message = events.at(-1)?.type === "run-end" && events.at(-1);
  expect(message).toHaveProperty(
    "message",
    expect.stringMatching(/^accuracy of the sum vote .* has not risen for 2 members: .* at \d, .* at \d\.$/),
  );
  expect(events.find((event) => event.type === "run-start")?.stopWhen).toEqual({ metric: "accuracy", on, patience: 2, minDelta: 0 });
  const [early, all] = [await folderBytes(folder), await folderBytes(whole.folder)];
  for (const [name, bytes] of Object.entries(early)) if (name.startsWith("members")) expect(bytes, name).toBe(all[name]);
  expect(await readdir(join(folder, "members"))).toHaveLength(last);
  const evaluation = await evaluateRun(folder, { container });
  expect([evaluation.members.length, evaluation.staged.length]).toEqual([last, last]);
});

test.for([held, bagged, { ...held, mode: "sequential", scheme: "boost" }] satisfies Config[])(
  "a run that was cut anywhere and resumed ends early with the same bytes: %o",
  async (config) => {
    const whole = await run(config);
    const bytes = await folderBytes(whole.folder);
    expect(whole.events.at(-1)).toMatchObject({ reason: "stopped-early" });
    const total = whole.events.length;
    for (const cut of [4, Math.floor(total / 2), total - 2, total - 1]) {
      const { folder } = await run(config, {}, cut);
      await run(undefined, { resume: folder });
      expect(await folderBytes(folder), `cut after event ${cut}`).toEqual(bytes);
    }
    const again = await run(undefined, { resume: whole.folder }); // resuming a run that has ended
    expect(again.events.map(({ type }) => type)).toEqual(["progress", "run-end"]);
    expect(await folderBytes(whole.folder)).toEqual(bytes);
  },
);

test("given members are all taken, and none is trained after them if their vote has not risen", async () => {
  const { folder } = await run({ ...held, stopWhen: false });
  const { events } = await run({ ...held, given: folder, members: 11 });
  expect(events.at(-1)).toMatchObject({ reason: "stopped-early", members: 9 });
  const patient = await run({ ...held, given: folder, members: 10, stopWhen: { patience: 9 } });
  expect(patient.events.at(-1)).toMatchObject({ reason: "finished", members: 10 });
});

test("a run that ended early is verified and mended like another", async () => {
  const { folder, events } = await run(held);
  const bytes = await folderBytes(folder);
  const last = events.at(-1);
  const verification = await verifyRun(folder, { container });
  expect(verification.members).toHaveLength(last?.type === "run-end" ? last.members : Number.NaN);
  expect(verification.members.flatMap(({ differences }) => differences)).toEqual([]);
  await rm(join(folder, "checkpoint/latest.safetensors"));
  const { report } = await mendRun(folder, { container });
  expect(report.damaged).toEqual([]);
  await run(undefined, { resume: folder });
  expect((await folderBytes(folder))["events.jsonl"]).toBe(bytes["events.jsonl"]);
});

test("a run without a vote that could tell is refused before it begins", async () => {
  const other = toyContainer();
  other.resolve(SCHEMES).add("all", {
    description: "",
    create: () => ({ independent: true, next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }) }),
  });
  other
    .resolve(VOTERS)
    .add("learned", { description: "", create: () => ({ fit: () => {}, vote: ({ logits }) => Float64Array.from(logits[0] ?? []) }) });
  other.resolve(LOSSES).add("taught", {
    description: "",
    create: () => ({ teacher: "runs/teacher", rows: ({ logits }) => logits.square().sum(1) }),
  });
  const refused = async (config: Config, sentence: string | RegExp): Promise<void> => {
    const out = await newOut();
    await expect(run(config, { container: other, out })).rejects.toThrow(sentence);
    await expect(planRun(config, { container: other })).rejects.toThrow(sentence);
    expect(await readdir(out)).toEqual([]);
  };
  const none = "stopWhen: no rows are held out to measure the vote on, and";
  const remedy = "Hold rows out, for example --set validation=0.1.";
  await refused({ ...bagged, scheme: "all" }, `${none} scheme all has no out-of-bag vote. ${remedy}`);
  await refused({ ...bagged, mode: "sequential" }, `${none} in sequential mode only the first members have rows out of bag. ${remedy}`);
  await refused({ ...bagged, loss: "taught" }, `${none} a teacher that saw all rows leaves none out of bag. ${remedy}`);
  const { folder } = await run({ ...toyConfig, mode: "independent" });
  await refused({ ...bagged, given: folder }, `${none} nobody knows which rows are out of the bag of given members. ${remedy}`);
  await refused({ ...held, voter: "learned" }, "stopWhen: voter learned learns from the validation rows");
  await refused({ ...held, metrics: "loss" }, "but loss measures none over 3 classes. Add one, for example accuracy.");
});

test("a run goes on by the rule that it was made with", async () => {
  const { folder } = await run(held);
  const config = { ...held, stopWhen: { patience: 4 } };
  const sentence = /was made with stopWhen=\{"patience":2,"minDelta":0\}, now \{"patience":4,"minDelta":0\} is asked for.*given=/;
  await expect(run(config, { resume: folder })).rejects.toThrow(sentence);
  await expect(run({ ...config, members: 20 }, { resume: folder })).rejects.toThrow(sentence);
  await expect(run({ ...held, members: 20 }, { resume: folder })).rejects.toThrow("members=N given=");
  const more = await run({ ...config, given: folder });
  expect(more.events.at(-1)).toMatchObject({ type: "run-end" });
});

test("the plan of a run says what may end it", async () => {
  expect((await planRun(held, { container })).stopWhen).toEqual({ metric: "accuracy", on: "validation", patience: 2, minDelta: 0 });
  expect((await planRun({ ...held, stopWhen: false }, { container })).stopWhen).toBeUndefined();
});
