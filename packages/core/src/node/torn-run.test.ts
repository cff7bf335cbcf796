import { cp, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { followEvents, openRun } from "./open-run.ts";
import { readRunData } from "./run-data.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";

const container = toyContainer();
const config = { ...toyConfig, scheme: "boost", members: 3, validation: 0.2 } satisfies Config;

const run = (settings: Config | undefined, resume?: string, until?: (event: RunEvent) => boolean) =>
  runToy(settings, { container, ...(resume === undefined ? {} : { resume }) }, until);

let finished = "";
/** Broken off in its third member. */
let broken = "";
beforeAll(async () => {
  await tf.setBackend("cpu");
  ({ folder: finished } = await run(config));
  ({ folder: broken } = await run(config, undefined, (event) => event.type === "epoch" && event.member === 2 && event.epoch === 0));
});

async function copyOf(folder: string): Promise<string> {
  const copy = join(await newOut(), "toy");
  await cp(folder, copy, { recursive: true });
  return copy;
}

/** Every function that opens a run. */
const ways = {
  evaluate: (folder: string) => evaluateRun(folder, { container }),
  resume: (folder: string) => run(undefined, folder),
  given: (folder: string) => run({ ...config, members: 4, given: folder }),
};

async function refused(
  folder: string,
  message: RegExp | string,
  which: readonly (keyof typeof ways)[] = ["evaluate", "resume"],
): Promise<void> {
  for (const way of which) {
    const error: unknown = await ways[way](folder).catch((thrown: unknown) => thrown);
    expect(error, way).toMatchObject({ name: "UserError", message: expect.stringMatching(message) });
  }
}

describe("a run that lacks a member is no smaller run", () => {
  test.each(["000", "001", "002"])("members/%s", async (name) => {
    for (const from of [finished, broken]) {
      if (from === broken && name === "002") continue; // the member in training
      const folder = await copyOf(from);
      await rm(join(folder, "members", name), { recursive: true });
      await refused(folder, new RegExp(`has trained ${from === finished ? 3 : 2} members, but members/${name} is not there`), [
        "evaluate",
        "resume",
        "given",
      ]);
    }
  });

  test("nor is one whose member lost its record, whose log is gone or whose checkpoint is", async () => {
    for (const lost of ["members/002/member.json", "events.jsonl", "checkpoint/latest.safetensors"]) {
      const folder = await copyOf(finished);
      await rm(join(folder, lost));
      await rm(join(folder, "members/002/model.json"));
      await rm(join(folder, "members/002/member.json"), { force: true });
      await refused(folder, "has trained 3 members, but members/002 is not there, or not whole");
    }
  });

  test("without log and checkpoint it is not known whether there were more; all that the configuration names are enough", async () => {
    const folder = await copyOf(finished);
    await rm(join(folder, "events.jsonl"));
    await rm(join(folder, "checkpoint"), { recursive: true });
    expect((await openRun(folder)).members).toEqual([0, 1, 2]);
    await rm(join(folder, "members/002"), { recursive: true });
    await refused(folder, "holds 2 of 3 members, and has neither events.jsonl nor a checkpoint, so it may have had more");
  });

  test("a member under another's name is refused", async () => {
    const folder = await copyOf(finished);
    await rename(join(folder, "members/001"), join(folder, "members/spare"));
    await rename(join(folder, "members/002"), join(folder, "members/001"));
    await rename(join(folder, "members/spare"), join(folder, "members/002"));
    await refused(folder, /members\/00[12]: holds member [21], not [12]\. Give the folder its name back/, ["evaluate", "resume", "given"]);
  });
});

describe("a damaged file is refused in a sentence, by every way that reads it", () => {
  const flip = (at: number) => async (path: string) => {
    const bytes = await readFile(path);
    bytes[at < 0 ? bytes.length + at : at]! ^= 4;
    await writeFile(path, bytes);
  };
  const cut = (to: number) => (path: string) => truncate(path, to);
  const gone = (path: string) => rm(path);
  const both = ["evaluate", "resume"] as const;
  const all = ["evaluate", "resume", "given"] as const;

  test.each([
    ["logits.train.f32", "a bit", flip(7), /logits\.train\.f32: has SHA-256 \w+, not \w+ as when it was written/, both],
    ["logits.test.f32", "cut at a whole number", cut(120), /has 120 bytes, but 60 rows of 3 classes take 720/, both],
    ["logits.validation.f32", "emptied", cut(0), /has 0 bytes, but 30 rows of 3 classes take 360/, both],
    ["logits.validation.f32", "gone", gone, /logits\.validation\.f32: cannot be read: it does not exist/, both],
    ["logits.train.f32", "gone", gone, /logits\.train\.f32: cannot be read: it does not exist/, both],
    ["weights.bin", "a bit", flip(7), /weights\.bin has SHA-256/, all],
    ["weights.bin", "gone", gone, /weights\.bin: cannot be read: it does not exist/, all],
    ["model.json", "a bit of a name", flip(-40), /model\.json has SHA-256/, all],
    ["member.json", "a bit of a number", flip(60), /member\.json: .* The file was damaged/, all],
    ["member.json", "emptied", cut(0), /member\.json: is not JSON\. The file was damaged/, all],
    [
      "member.json",
      "without its fields",
      (path: string) => writeFile(path, "{}"),
      /member\.json: is not the record of a trained member \(member: /,
      all,
    ],
    [
      "member.json",
      "of numbers that are none",
      (path: string) => writeFile(path, '{"member":0,"bestEpoch":1,"error":null,"sha256":""}'),
      /member\.json: is not the record of a trained member \(error: /,
      all,
    ],
  ])("%s, %s", async (name, _, damage, message, which) => {
    const folder = await copyOf(finished);
    await damage(join(folder, "members/000", name));
    await refused(folder, message, which);
  });

  test.each([
    ["weights/002.f64", "a bit", flip(9), /002\.f64: has SHA-256 \w+, not \w+ as when it was written/],
    ["weights/002.f64", "cut at a whole number", cut(80), /002\.f64: has 80 bytes, but 90 samples take 720/],
    ["weights/002.f64", "gone", gone, /002\.f64: cannot be read: it does not exist/],
    [
      "checkpoint/latest.safetensors",
      "a bit of a weight",
      flip(-3),
      /latest\.safetensors: has SHA-256 \w+, not \w+ as when it was written/,
    ],
    ["checkpoint/latest.safetensors", "a bit of a number", flip(200), /latest\.safetensors: has SHA-256/],
    ["checkpoint/latest.safetensors", "a bit of its checksum", flip(60), /latest\.safetensors: has SHA-256/],
    [
      "checkpoint/latest.safetensors",
      "a bit of the checksum's name",
      flip(28),
      /latest\.safetensors: (is not a checkpoint of a run|header)/,
    ],
    ["checkpoint/latest.safetensors", "cut", cut(100), /latest\.safetensors: /],
    ["checkpoint/latest.safetensors", "gone", gone, /has 2 trained members but no checkpoint\/latest\.safetensors/],
    ["events.jsonl", "cut", cut(100), /events\.jsonl has \d+ bytes, the checkpoint covers \d+\. The log was cut/],
    ["events.jsonl", "gone", gone, /events\.jsonl has 0 bytes, the checkpoint covers \d+\. The log was cut/],
  ])("%s of a run to go on with, %s", async (name, _, damage, message) => {
    const folder = await copyOf(broken);
    await damage(join(folder, name));
    await refused(folder, message, ["resume"]);
  });

  test("every bit of a checkpoint and of a record counts", async () => {
    const folder = await copyOf(broken);
    for (const name of ["checkpoint/latest.safetensors", "members/000/member.json"]) {
      const path = join(folder, name);
      const whole = await readFile(path);
      const text = whole.toString("latin1");
      for (let n = 0; n < 60; n++) {
        const at = (n * 7919) % whole.length;
        if (/\s/.test(text[at]!)) continue; // whitespace between values, and the padding of the header, have no meaning
        const bytes = Buffer.from(whole);
        bytes[at]! ^= 1 << (n % 8);
        await writeFile(path, bytes);
        await refused(folder, /: /, ["resume"]);
      }
      await writeFile(path, whole);
    }
  });

  test("preprocessing that was changed is refused where it is used", async () => {
    const folder = await copyOf(finished);
    expect(await readRunData(folder)).toMatchObject({
      shape: [4, 4, 1],
      labels: ["a", "b", "c"],
      provenance: { source: "made" },
      preprocessing: [{ operation: "standardize" }],
      validation: { labels: Int32Array.from({ length: 30 }, (_, row) => row % 3) },
    });
    await flip(-1)(join(folder, "preprocessing.safetensors"));
    await expect(readRunData(folder)).rejects.toThrow(/preprocessing\.safetensors: .*SHA-256/);
    await rm(join(folder, "preprocessing.safetensors"));
    await expect(readRunData(folder)).rejects.toThrow("preprocessing.safetensors: cannot be read: it does not exist");
  });

  test("the model that the first member starts from", async () => {
    const { folder } = await run({ ...config, pretrainEpochs: 1 }, undefined, (event) => event.type === "epoch" && event.member === 0);
    for (const [name, message] of [
      ["model.json", "model.json has SHA-256"],
      ["weights.bin", "weights.bin has SHA-256"],
      ["start.json", "start.json: holds no SHA-256"],
    ] as const) {
      const copy = await copyOf(folder);
      await writeFile(
        join(copy, "start", name),
        name === "weights.bin" ? await readFile(join(copy, "start", name)).then((bytes) => bytes.fill(1, 0, 4)) : "{}",
      );
      await refused(copy, message, ["resume"]);
    }
  });
});

test("a log with lines that are no events is replayed without them, with a warning, and a run goes on from it", async () => {
  const folder = await copyOf(broken);
  const log = join(folder, "events.jsonl");
  const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
  const bad = [
    "null",
    "{}",
    "{",
    "7",
    '{"type":"step","clock":{"at":1}}',
    '{"type":"member-start","member":2147483648,"epochs":1,"steps":1,"clock":{"at":1}}',
    '{"type":"member-start","member":3,"epochs":1,"steps":1,"clock":{"at":1}}',
    '{"type":"staged","members":900,"metrics":{},"clock":{"at":1}}',
    '{"type":"epoch","member":"../..","epoch":0,"epochs":1,"loss":1,"metrics":{},"learningRate":1,"clock":{"at":1}}',
    '{"type":"of-a-later-version","clock":{"at":1}}',
  ];
  await writeFile(log, `${[...lines, ...bad].join("\n")}\n`);
  const events: RunEvent[] = [];
  for await (const event of followEvents(folder, { follow: false })) events.push(event);
  expect(events).toHaveLength(lines.length + 1);
  expect(events.at(-1)).toMatchObject({
    type: "warning",
    message: expect.stringContaining(`${bad.length - 1} lines are damaged and were skipped`),
  });
  await run(undefined, folder);
  expect(await folderBytes(folder)).toEqual(await folderBytes(finished));
});

test("a changed line of the log and a changed experiment.json cause warnings when the run goes on", async () => {
  const folder = await copyOf(broken);
  for (const [name, from, to] of [
    ["events.jsonl", /"loss":\d/, '"loss":7'],
    ["experiment.json", /"machine": \{/, '"machine": { "edited": true,'],
  ] as const) {
    const path = join(folder, name);
    await writeFile(path, (await readFile(path, "utf8")).replace(from, to));
  }
  const messages = (await run(undefined, folder)).events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  expect(messages).toEqual(
    expect.arrayContaining([
      expect.stringContaining("events.jsonl is not as it was when the checkpoint was written"),
      expect.stringContaining("experiment.json is not as it was when the checkpoint was written"),
    ]),
  );
});

test("a run of the first format, which has no checksums but of weights.bin, is read, and its lengths are checked against its log", async () => {
  const folder = await copyOf(finished);
  const path = join(folder, "experiment.json");
  const { format: _format, data: _data, ...older } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(older));
  for (const name of ["000", "001", "002"]) {
    const record = join(folder, "members", name, "member.json");
    const {
      files,
      sampleWeights: _weights,
      ...rest
    } = JSON.parse(await readFile(record, "utf8")) as { files: Record<string, string>; sampleWeights: string };
    await writeFile(record, JSON.stringify({ ...rest, sha256: files["weights.bin"] }));
  }
  await run(undefined, folder);
  expect((await evaluateRun(folder, { container })).members.map(({ agreement }) => agreement)).toEqual([1, 1, 1]);
  expect(await readRunData(folder)).toBeUndefined();
  await truncate(join(folder, "members/001/logits.test.f32"), 12);
  await refused(folder, "logits.test.f32: has 12 bytes, but 60 rows of 3 classes take 720");
  await writeFile(path, JSON.stringify({ ...older, format: 3 }));
  await refused(folder, /experiment\.json: has format 3, this version of benn reads up to 2\. Use version/);
});
