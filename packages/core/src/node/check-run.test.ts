import { cp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { checkRun } from "./check-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { mendRun } from "./mend-run.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";

const container = toyContainer();
const config = { ...toyConfig, scheme: "boost", members: 3, epochs: 3, validation: 0.2, pretrainEpochs: 1 } satisfies Config;

async function run(settings: Config | undefined, resume?: string, until?: (event: RunEvent) => boolean): Promise<string> {
  return (await runToy(settings, { container, ...(resume === undefined ? {} : { resume }) }, until)).folder;
}

let finished = "";
/** Broken off in its third member. */
let broken = "";
beforeAll(async () => {
  await tf.setBackend("cpu");
  finished = await run(config);
  broken = await run(config, undefined, (event) => event.type === "epoch" && event.member === 2 && event.epoch === 1);
});

async function copyOf(folder: string): Promise<string> {
  const copy = join(await newOut(), "toy");
  await cp(folder, copy, { recursive: true });
  return copy;
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  await writeFile(path, bytes);
}

const filesOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

test("a finished run and a killed one are whole, every file of them", async () => {
  for (const folder of [finished, broken]) {
    const report = await checkRun(folder);
    expect(report).toMatchObject({ format: 2, members: 3, training: false, damaged: [], leftOver: [], unsigned: [] });
    const own = (await filesOf(folder)).filter((name) => !/start\/|model\.json|lock\.json/.test(name)); // checked with their neighbours
    expect([...report.whole].toSorted()).toEqual([...own, "start"].toSorted());
  }
  expect((await checkRun(finished)).trained).toEqual([0, 1, 2]);
  expect((await checkRun(broken)).trained).toEqual([0, 1]);
});

test("a bit changed anywhere in a file of numbers is found", async () => {
  for (const name of (await filesOf(finished)).filter((file) => !/lock|experiment/.test(file))) {
    const folder = await copyOf(finished);
    const { length } = await readFile(join(folder, name));
    for (const at of [0, Math.floor(length / 2), length - (/json/.test(name) ? 3 : 1)]) {
      if (name === "events.jsonl" && at > length / 2) continue; // after what the checkpoint covers
      await flip(join(folder, name), at);
      expect((await checkRun(folder)).damaged, `${name} at ${at}`).not.toEqual([]);
      await flip(join(folder, name), at);
    }
    expect((await checkRun(folder)).damaged, name).toEqual([]);
  }
});

describe("what follows from other files is computed again, to the same bytes", () => {
  const whole = /^(members|weights|start|preprocessing|labels|experiment)/;
  const numbers = async (folder: string): Promise<Record<string, string>> =>
    Object.fromEntries(Object.entries(await folderBytes(folder)).filter(([name]) => whole.test(name)));

  test.each([
    ["logits of the training rows, changed", (folder: string) => flip(join(folder, "members/001/logits.train.f32"), 9)],
    ["logits of the test rows, cut", (folder: string) => truncate(join(folder, "members/000/logits.test.f32"), 12)],
    [
      "all logits, gone",
      async (folder: string) => {
        for (const split of ["train", "validation", "test"]) await rm(join(folder, `members/002/logits.${split}.f32`));
      },
    ],
    ["sample weights, cut at a whole number", (folder: string) => truncate(join(folder, "weights/001.f64"), 80)],
    ["sample weights, gone", (folder: string) => rm(join(folder, "weights/002.f64"))],
    ["preprocessing, changed", (folder: string) => flip(join(folder, "preprocessing.safetensors"), -1)],
    ["labels of the held-out rows, changed", (folder: string) => flip(join(folder, "labels.safetensors"), -1)],
    ["labels of the held-out rows, gone", (folder: string) => rm(join(folder, "labels.safetensors"))],
    ["preprocessing, gone", (folder: string) => rm(join(folder, "preprocessing.safetensors"))],
  ])("%s", async (_, damage) => {
    const folder = await copyOf(finished);
    await damage(folder);
    expect((await checkRun(folder)).damaged.length).toBeGreaterThan(0);
    const { mended, refused, report } = await mendRun(folder, { container });
    expect(refused).toEqual([]);
    expect(mended.length).toBeGreaterThan(0);
    expect(report.damaged).toEqual([]);
    expect(await folderBytes(folder)).toEqual(await folderBytes(finished));
  });

  const types = async (folder: string): Promise<string[]> =>
    (await readFile(join(folder, "events.jsonl"), "utf8"))
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [(JSON.parse(line) as RunEvent).type]));

  /** Mends a copy of a run whose log was damaged, and resumes it to its end. */
  async function mendedLog(from: string, damage: (log: string) => Promise<void>): Promise<string> {
    const folder = await copyOf(from);
    await damage(join(folder, "events.jsonl"));
    const { refused, report } = await mendRun(folder, { container });
    expect(refused).toEqual([]);
    expect(report.damaged).toEqual([]);
    return folder;
  }

  test("a log with lines that are none: those that can be computed are, the others stay", async () => {
    for (const from of [finished, broken]) {
      const folder = await mendedLog(from, async (log) => {
        const lines = (await readFile(log, "utf8")).split("\n");
        lines[0] = "{";
        for (const type of ["member-start", "member-end", "staged"]) lines[lines.findIndex((line) => line.includes(`"${type}"`))] = "null";
        lines[lines.findLastIndex((line) => line.includes('"step"'))] = "[]";
        await writeFile(log, lines.join("\n"));
      });
      const wanted = await types(from);
      wanted.splice(wanted.lastIndexOf("step"), 1);
      // When the run is resumed, everything that the checkpoint does not cover is emitted again.
      expect((await types(folder)).slice(0, wanted.length)).toEqual(wanted.slice(0, (await types(folder)).length));
      await run(undefined, folder);
      expect(await numbers(folder)).toEqual(await numbers(finished));
      expect((await checkRun(folder)).damaged).toEqual([]);
    }
  });

  test("a log that is gone or emptied gets the events of members, votes and the end again", async () => {
    for (const from of [finished, broken]) {
      for (const damage of [(log: string) => rm(log), (log: string) => truncate(log, 0)]) {
        const folder = await mendedLog(from, damage);
        const remade = [
          "run-start",
          "member-start", // of the model that the first member starts from
          ...Array.from({ length: from === finished ? 3 : 2 }, () => ["member-start", "member-end", "staged"]).flat(),
        ];
        expect(await types(folder)).toEqual([...remade, from === finished ? "run-end" : "member-start"]);
        await run(undefined, folder);
        expect(await numbers(folder)).toEqual(await numbers(finished));
      }
    }
  });

  test("the log and the checkpoint of a run that its scheme stopped, and of one with given members", async () => {
    const stopped = await run({ ...config, scheme: { name: "boost", stopAt: 1 } });
    const given = await run({ ...config, pretrainEpochs: 0, given: finished, members: 4 });
    for (const from of [stopped, given]) {
      const folder = await copyOf(from);
      for (const name of ["events.jsonl", "checkpoint/latest.safetensors"]) await rm(join(folder, name));
      const { refused, report } = await mendRun(folder, { container });
      expect([refused, report.damaged]).toEqual([[], []]);
      const end = async (of: string): Promise<object> => ({
        ...(JSON.parse((await readFile(join(of, "events.jsonl"), "utf8")).trimEnd().split("\n").at(-1)!) as object),
        clock: 0,
      });
      expect(await end(folder)).toEqual(await end(from));
      await run(undefined, folder);
      expect(await end(folder)).toEqual(await end(from));
      expect(await numbers(folder)).toEqual(await numbers(from));
    }
  });

  test("a record, where weights and logits vouch for one another", async () => {
    const folder = await copyOf(finished);
    await writeFile(join(folder, "members/001/member.json"), "{}");
    const { report } = await mendRun(folder, { container });
    expect(report.damaged).toEqual([]);
    const read = async (from: string): Promise<object> =>
      JSON.parse(await readFile(join(from, "members/001/member.json"), "utf8")) as object;
    expect({ ...(await read(folder)), bestEpoch: 0, sha256: "" }).toEqual({ ...(await read(finished)), bestEpoch: 0, sha256: "" });
  });

  test("a checkpoint: the run goes on from its last finished member, to the same bytes", async () => {
    for (const from of [broken, finished]) {
      const folder = await copyOf(from);
      await rm(join(folder, "checkpoint/latest.safetensors"));
      if (from === finished) await expect(run(undefined, folder)).rejects.toThrow("has 3 trained members but no checkpoint");
      expect((await mendRun(folder, { container })).report.damaged).toEqual([]);
      await run(undefined, folder);
      expect(await numbers(folder)).toEqual(await numbers(finished));
    }
  });
});

test("what only training could make is left, and named", async () => {
  const folder = await copyOf(finished);
  await flip(join(folder, "members/001/weights.bin"), 5);
  await rm(join(folder, "members/000"), { recursive: true });
  await flip(join(folder, "start/weights.bin"), 5);
  const { report } = await mendRun(folder, { container });
  expect(report.damaged.map(({ path, mendable }) => [path, mendable])).toEqual([
    ["start", false],
    ["members/000", false],
    ["members/001/weights.bin", false],
  ]);
  for (const { reason } of report.damaged) expect(reason).toMatch(/: .*\.$/);
});

test("a record is not made of weights and logits that do not go together", async () => {
  const folder = await copyOf(finished);
  await rm(join(folder, "members/001/member.json"));
  await flip(join(folder, "members/001/logits.test.f32"), 1);
  const { refused, report } = await mendRun(folder, { container });
  expect(refused).toEqual([expect.stringContaining("nothing vouches for the member")]);
  expect(report.damaged.length).toBeGreaterThan(0);
});

test("other data than the run's mend nothing", async () => {
  const folder = await copyOf(finished);
  await rm(join(folder, "members/001/logits.test.f32"));
  await expect(mendRun(folder, { container, dataset: { name: "blobs", rows: 60 } })).rejects.toThrow(
    "was made with other data (rows.train was 90, now is 60)",
  );
});

test("a damaged experiment, a folder that is none, and what a kill left", async () => {
  const folder = await copyOf(finished);
  await writeFile(join(folder, "members/000/weights.bin.part"), "half");
  expect((await checkRun(folder)).leftOver).toEqual(["members/000/weights.bin.part"]);
  expect((await mendRun(folder, { container })).report.leftOver).toEqual([]);
  await writeFile(join(folder, "experiment.json"), "{");
  expect((await checkRun(folder)).damaged).toEqual([
    expect.objectContaining({ kind: "experiment", reason: expect.stringContaining("is not JSON") }),
  ]);
  await expect(checkRun(await newOut())).rejects.toThrow("has no experiment.json");
});
