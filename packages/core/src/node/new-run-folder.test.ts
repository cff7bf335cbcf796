import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { folderBytes } from "./folder-bytes.ts";
import { RunFolder } from "./run-folder.ts";
import { train, type TrainOptions } from "./train.ts";

const container = toyContainer();
const config = {
  dataset: "blobs",
  architecture: "linear",
  binarizer: "none",
  scheme: "boost",
  voter: "sum",
  backend: "cpu",
  members: 1,
  epochs: 1,
  batchSize: 32,
  name: "toy",
} satisfies Config;

const newOut = (): Promise<string> => mkdtemp(join(tmpdir(), "benn-new-folder-"));

async function run(settings: Config | undefined, options: Partial<TrainOptions>): Promise<string> {
  let folder = "";
  for await (const _ of train(settings, { container, onFolder: (path) => (folder = path), ...options }));
  return folder;
}

let whole: Record<string, string> = {};
beforeAll(async () => {
  await tf.setBackend("cpu");
  whole = await folderBytes(await run(config, { out: await newOut() }));
});

test("a named run that was killed before its first file is begun again by its name", async () => {
  const killed: ((folder: string) => Promise<unknown>)[] = [
    async () => {},
    (folder) => mkdir(join(folder, "members")),
    async (folder) => {
      for (const sub of ["members", "weights", "checkpoint"]) await mkdir(join(folder, sub));
      for (const name of ["events.jsonl", "preprocessing.safetensors", "experiment.json.part"]) await writeFile(join(folder, name), "");
      await writeFile(
        join(folder, "lock.json"),
        JSON.stringify({ pid: 0, host: "gone" }).replace("gone", (await import("node:os")).hostname()),
      );
    },
  ];
  for (const leave of killed) {
    const out = await newOut();
    await mkdir(join(out, "toy"));
    await leave(join(out, "toy"));
    await expect(run(undefined, { resume: join(out, "toy") })).rejects.toThrow("has no experiment.json");
    const folder = await run(config, { out });
    const { "experiment.json.part": _left, ...files } = await folderBytes(folder);
    expect(files).toEqual(whole);
  }
});

test("a folder that holds anything else, or a member, keeps its name to itself", async () => {
  for (const name of ["photo.jpg", "members/000/weights.bin", "weights/000.f64"]) {
    const out = await newOut();
    const path = join(out, "toy", name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, "mine");
    await expect(run(config, { out })).rejects.toThrow("toy: exists. Choose another name or another place (--out).");
    expect(await readFile(path, "utf8")).toBe("mine");
  }
  const out = await newOut();
  await run(config, { out });
  await expect(run(config, { out })).rejects.toThrow(/toy: exists\. Choose another name, or resume it with --resume .*toy\./);
});

test("a run that another process has just begun is in use", async () => {
  const out = await newOut();
  await mkdir(join(out, "toy"));
  const other = await RunFolder.open(join(out, "toy"));
  await expect(run(config, { out })).rejects.toThrow("is in use by process");
  await other.close();
  await run(config, { out });
});

test("a run may be taken over from a process that seems to have it open", async () => {
  const out = await newOut();
  const folder = await run(config, { out });
  await writeFile(join(folder, "lock.json"), JSON.stringify({ pid: 4242, host: "node017" }));
  await expect(run(undefined, { resume: folder })).rejects.toThrow("is in use by process 4242 on node017");
  await run(undefined, { resume: folder, takeOver: true });
  expect(existsSync(join(folder, "lock.json"))).toBe(false);
});

test("a run that was taken over writes no more", async () => {
  const folder = await mkdtemp(join(tmpdir(), "benn-taken-"));
  const first = await RunFolder.open(folder);
  const second = await RunFolder.open(folder, { takeOver: true });
  await expect(first.saveSampleWeights(0, Float64Array.of(1))).rejects.toThrow("was taken over by process");
  await second.saveSampleWeights(0, Float64Array.of(1));
  await first.close();
  await second.close();
  expect(await readdir(folder)).not.toContain("lock.json");
});

test("what the system refuses is a sentence with the path, the reason and what to do", async () => {
  const out = await newOut();
  await writeFile(join(out, "file"), "");
  for (const [options, own, message] of [
    [
      { out: join(out, "file") },
      {},
      /file: cannot be made: something else has its name \(EEXIST\)\. Move that away, or choose another place/,
    ],
    [{ out: join(out, "file", "deeper") }, {}, /deeper: cannot be made: a part of the path is a file, not a folder \(ENOTDIR\)/],
    [{ out }, { name: "a".repeat(300) }, /aaa: cannot be made: the name is too long \(ENAMETOOLONG\)\. Choose a shorter one/],
  ] as const) {
    const error: unknown = await run({ ...config, ...own }, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "UserError", message: expect.stringMatching(message) });
  }
  const folder = await run(config, { out: await newOut() });
  for (const name of ["members/000/member.json", "checkpoint/latest.safetensors", "events.jsonl"]) {
    await rm(join(folder, name));
    await mkdir(join(folder, name));
    const error: unknown = await run(undefined, { resume: folder }).catch((thrown: unknown) => thrown);
    expect(error, name).toMatchObject({ name: "UserError" });
    await rm(join(folder, name), { recursive: true });
    await writeFile(join(folder, name), "{}");
  }
});
