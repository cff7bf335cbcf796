import { readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import { DATASETS } from "../dataset.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { checkRun } from "./check-run.ts";
import { readExperiment } from "./experiment.ts";
import { type ChosenMember, givenFromRuns } from "./given-from-runs.ts";
import { mendRun } from "./mend-run.ts";
import { openEnsemble } from "./open-ensemble.ts";
import { readMember } from "./read-member.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";
import { differenceOfRuns } from "./same-data.ts";
import { train } from "./train.ts";
import { verifyRun } from "./verify-run.ts";

const container = toyContainer();
const config = { ...toyConfig, validation: 0.2 } satisfies Config;
const file = (run: string, member: number, name: string): string => join(run, "members", `00${member}`, name);
let one = "";
let other = "";

/** Writes a run of these members. */
async function write(chosen: readonly ChosenMember[]): Promise<string> {
  const out = await newOut();
  let folder = "";
  const run = train(
    { ...config, name: "chosen", scheme: "boost", members: chosen.length },
    { container, out, given: await givenFromRuns(chosen, { selection: { seed: 0 } }), onFolder: (path) => (folder = path) },
  );
  for await (const _ of run);
  return folder;
}

beforeAll(async () => {
  ({ folder: one } = await runToy({ ...config, name: "one" }, { container }));
  ({ folder: other } = await runToy({ ...config, name: "other", seed: 1, validationSeed: 0 }, { container }));
});

test("a run takes members of others with their bytes, and with the vote weights given, whatever its scheme", async () => {
  const folder = await write([
    { run: other, member: 1, alpha: 3 },
    { run: one, member: 0, alpha: 1 },
  ]);
  for (const [place, [run, member]] of [[other, 1] as const, [one, 0] as const].entries())
    for (const name of ["weights.bin", "logits.train.f32", "logits.validation.f32", "logits.test.f32"])
      expect(await readFile(file(folder, place, name))).toEqual(await readFile(file(run, member, name)));
  const { members, splits, ended } = await openEnsemble(folder, { container });
  expect(members.map(({ alpha, computed }) => [alpha, computed])).toEqual([
    [3, []],
    [1, []],
  ]);
  expect(Object.keys(splits)).toEqual(["train", "validation", "test"]);
  expect(ended).toBe(true);
  const { origin } = await readExperiment(folder);
  const { files } = JSON.parse(await readFile(file(other, 1, "member.json"), "utf8")) as { files: Record<string, string> };
  expect(origin).toEqual({
    selection: { seed: 0 },
    members: [
      { run: "other", member: 1, alpha: 3, weights: files["weights.bin"] },
      { run: "one", member: 0, alpha: 1, weights: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ],
  });
});

test("such a run is whole, and what is lost of it is mended with the same vote weights", async () => {
  const folder = await write([
    { run: one, member: 1, alpha: 2 },
    { run: other, member: 0, alpha: 5 },
  ]);
  expect((await checkRun(folder)).damaged).toEqual([]);
  const log = await readFile(join(folder, "events.jsonl"), "utf8");
  await rm(file(folder, 1, "logits.test.f32"));
  await rm(join(folder, "events.jsonl"));
  const { report, refused } = await mendRun(folder, { container });
  expect(refused).toEqual([]);
  expect(report.damaged).toEqual([]);
  expect(await readFile(file(folder, 1, "logits.test.f32"))).toEqual(await readFile(file(other, 0, "logits.test.f32")));
  const votes = (text: string) =>
    text
      .split("\n")
      .filter((line) => line.includes('"staged"'))
      .map((line) => (JSON.parse(line) as { metrics: unknown }).metrics);
  expect(votes(await readFile(join(folder, "events.jsonl"), "utf8"))).toEqual(votes(log));
});

test("logits that are not whole are computed from the weights", async () => {
  const { folder: damaged } = await runToy({ ...config, name: "damaged" }, { container });
  const { logits } = await readMember(damaged, 0);
  await truncate(file(damaged, 0, "logits.train.f32"), 12);
  const folder = await write([{ run: damaged, member: 0, alpha: 1 }]);
  expect((await readMember(folder, 0)).logits).toEqual(logits);
});

test("verifying it is refused: nothing of it was trained here", async () => {
  const folder = await write([{ run: one, member: 0, alpha: 1 }]);
  await expect(verifyRun(folder, { container })).rejects.toThrow(
    "its members were trained elsewhere, so there is nothing to train again here. Verify the runs that they come from",
  );
});

test("runs have the same data if all that follows from it is the same, the rows that they hold out too", async () => {
  expect(await differenceOfRuns(one, other, container)).toBeUndefined();
  const { folder: seeded } = await runToy({ ...config, seed: 2 }, { container });
  expect(await differenceOfRuns(one, seeded, container)).toBe("validationSeed is 0 in one and 2 in the other");
  const { folder: share } = await runToy({ ...config, validation: 0.3 }, { container });
  expect(await differenceOfRuns(one, share, container)).toBe("validation is 0.2 in one and 0.3 in the other");
  const { folder: rows } = await runToy({ ...config, dataset: { name: "blobs", rows: 60 } }, { container });
  expect(await differenceOfRuns(one, rows, container)).toBe("rows.train is 90 in one and 60 in the other");
});

test("validationSeed decides on the rows that are held out, and seed does where it is absent", async () => {
  const drawn: number[] = [];
  const watched = toyContainer();
  const { definition } = watched.resolve(DATASETS).entry("blobs");
  watched.resolve(DATASETS).add("watched", {
    description: "",
    create: () => {
      const dataset = definition.create({ rows: 90, classes: 3, poison: false, delay: 0 });
      return {
        async load(options) {
          drawn.push(options.random.bits());
          return await dataset.load(options);
        },
      };
    },
  });
  const base = { ...config, dataset: "watched", members: 1, epochs: 1 } satisfies Config;
  for (const own of [{ seed: 4 }, { seed: 5 }, { seed: 5, validationSeed: 4 }]) await runToy({ ...base, ...own }, { container: watched });
  expect(drawn[1]).not.toBe(drawn[0]);
  expect(drawn[2]).toBe(drawn[0]);
});
