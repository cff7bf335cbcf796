import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import type { GivenMembers } from "../train/given-members.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { planRun } from "./plan-run.ts";
import { readMember } from "./read-member.ts";
import { runToy, toyConfig } from "./run-toy.ts";

const container = toyContainer();
const config = { ...toyConfig, scheme: "boost" } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const run = (settings: Config, given?: GivenMembers) => runToy(settings, { container, ...(given ? { given } : {}) });

/** The members of one run, as another run receives them. */
const membersOf = (folder: string): GivenMembers => ({
  origin: { folder: "elsewhere" },
  weights: async (member) => (await readMember(folder, member)).weights,
});
const ends = (events: readonly RunEvent[]) => events.filter((event) => event.type === "member-end");

test("given members make the run that training them made: the scheme is replayed, and they vote the same", async () => {
  const trained = await run(config);
  const tensors = tf.memory().numTensors;
  const rows: number[] = [];
  const given = await run(config, { ...membersOf(trained.folder), onRows: ({ done }) => void rows.push(done) });
  expect(tf.memory().numTensors).toBe(tensors);
  expect(ends(given.events).map(({ alpha, error }) => ({ alpha, error }))).toEqual(
    ends(trained.events).map(({ alpha, error }) => ({ alpha, error })),
  );
  expect(given.events.map(({ type }) => type).filter((type) => type !== "warning")).toEqual([
    "progress",
    "run-start",
    "member-start",
    "member-end",
    "staged",
    "member-start",
    "member-end",
    "staged",
    "run-end",
  ]);
  const [now, then] = await Promise.all([given, trained].map(({ folder }) => evaluateRun(folder, { container })));
  expect(now?.staged).toEqual(then?.staged);
  expect(rows).toEqual([32, 64, 90, 122, 150, 32, 64, 90, 122, 150]);
  expect((await readFile(join(given.folder, "weights/001.f64"))).equals(await readFile(join(trained.folder, "weights/001.f64")))).toBe(
    true,
  );
  expect(JSON.parse(await readFile(join(given.folder, "experiment.json"), "utf8"))).toMatchObject({ origin: { folder: "elsewhere" } });
});

test("an alpha and sample weights that are known stand for the scheme's", async () => {
  const { folder } = await run(config);
  const next = new Float64Array(90).fill(0.25);
  const { events, folder: given } = await run(config, {
    ...membersOf(folder),
    judgement: async (member) => (member === 0 ? { alpha: 7, sampleWeights: next } : { alpha: 3 }),
  });
  expect(ends(events).map(({ alpha }) => alpha)).toEqual([7, 3]);
  expect(new Float64Array(Uint8Array.from(await readFile(join(given, "weights/001.f64"))).buffer)).toEqual(next);
});

test("an alpha or sample weights that are no numbers are refused, and so are weights", async () => {
  const { folder } = await run(config);
  const given = membersOf(folder);
  const judged = (judgement: object): Promise<unknown> => run(config, { ...given, judgement: async () => judgement });
  await expect(judged({ alpha: Number.NaN })).rejects.toThrow("member 1: its known alpha is NaN. Give a finite number, or none.");
  await expect(judged({ sampleWeights: new Float64Array(3) })).rejects.toThrow(
    "member 1: what is known of it has 3 sample weights for 90 rows. Sample weights are a Float64Array of 90 finite numbers",
  );
  const spoiled = async (member: number) =>
    new Map([...(await given.weights(member))].map(([name, { shape, values }]) => [name, { shape, values: values.map(() => Number.NaN) }]));
  await expect(run(config, { ...given, weights: spoiled })).rejects.toThrow(
    "member 1: classes/kernel has 48 of 48 values that are not finite, the first of them NaN. Give the weights of a training that went well.",
  );
});

test("nobody knows which rows a given member never saw, so there is no out-of-bag score", async () => {
  const bagged = { ...config, scheme: "bag" };
  const { folder, events: trained } = await run(bagged);
  const { events } = await run(bagged, membersOf(folder));
  const outOfBag = (all: readonly RunEvent[]) =>
    all.flatMap((event) => (event.type === "staged" ? [event.metrics["accuracy"]?.outOfBag] : []));
  expect(outOfBag(trained).every((share) => share !== undefined)).toBe(true);
  expect(outOfBag(events)).toEqual([undefined, undefined]);
});

test("a plan tells the names and shapes of the weights", async () => {
  const { kinds } = await planRun(config, { container });
  expect([...(kinds[0]?.weights ?? [])]).toEqual([
    ["classes/kernel", [16, 3]],
    ["classes/bias", [3]],
  ]);
});
