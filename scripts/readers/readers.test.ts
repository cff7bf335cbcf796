// What TensorBoard and Python's safetensors read from files of ours (read.py, run by hand) is what was meant, and the files written today
// are the same.
import { cpSync, globSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readSafetensors, writeSafetensors } from "@benn/core/internals";
import { expect, test } from "vitest";
import { convertRun } from "../../packages/tensorboard/src/index.ts";

const written = join(import.meta.dirname, "written");

interface Told {
  readonly type: string;
  readonly shape: readonly number[];
  readonly sum: number;
}
const read = JSON.parse(readFileSync(join(import.meta.dirname, "read.json"), "utf8")) as {
  readonly scalars: Readonly<Record<string, Readonly<Record<string, readonly (readonly [step: number, value: number, time: number])[]>>>>;
  readonly files: Readonly<Record<string, { readonly metadata: readonly string[]; readonly tensors: Readonly<Record<string, Told>> }>>;
};

test("the event files that TensorBoard read are those that the log of the run gives today", async () => {
  const folder = mkdtempSync(join(tmpdir(), "benn-readers-"));
  for (const name of ["experiment.json", "events.jsonl"]) cpSync(join(written, name), join(folder, name));
  await convertRun(folder);
  const files = globSync("tensorboard/*/*", { cwd: written }).toSorted();
  expect(globSync("tensorboard/*/*", { cwd: folder }).toSorted()).toEqual(files);
  expect(files.map((path) => dirname(path))).toEqual(Object.keys(read.scalars).toSorted());
  for (const path of files) expect(readFileSync(join(folder, path)).equals(readFileSync(join(written, path))), path).toBe(true);
});

test("TensorBoard found the run's numbers under their tags, at their steps and times", () => {
  const events = readFileSync(join(written, "events.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, never>);
  const of = (type: string, member?: number): Record<string, never>[] =>
    events.filter((event) => event["type"] === type && (member === undefined || event["member"] === member));
  for (const member of [0, 1]) {
    const scalars = read.scalars[`tensorboard/member-00${member}`] ?? {};
    const steps = of("step", member).map((event) => event as unknown as { loss: number; clock: { at: number } });
    expect(steps.length).toBeGreaterThan(0);
    expect(scalars["train_batch/loss"]?.map(([, value]) => value)).toEqual(steps.map(({ loss }) => Math.fround(loss)));
    expect(scalars["train_batch/loss"]?.map(([, , time]) => time)).toEqual(steps.map(({ clock }) => expect.closeTo(clock.at / 1000, 2)));
    expect(scalars["train/avg_top1"]).toHaveLength(2);
  }
  expect(Object.keys(read.scalars["tensorboard/ensemble"] ?? {})).toContain("vote/test/soft");
  expect(read.scalars["tensorboard/ensemble"]?.["vote/test/soft"]?.map(([step]) => step)).toEqual([1, 2]);
});

test.for(Object.keys(read.files))("Python's safetensors found in %s what is in it, and it is written like that today", (name) => {
  const bytes = readFileSync(join(written, name));
  const own = readSafetensors(bytes, name);
  const types: Readonly<Record<string, string>> = { F32: "float32", F64: "float64", I32: "int32", U8: "uint8", U32: "uint32" };
  const told = [...own.tensors].map(([key, { dtype, shape, data }]) => {
    const sum = Array.from(data, Number).reduce((all, value) => all + value, 0);
    return [key, { type: types[dtype] ?? dtype, shape, sum: expect.closeTo(sum, 6) }];
  });
  expect(read.files[name]?.tensors).toEqual(Object.fromEntries(told));
  expect(read.files[name]?.metadata).toEqual(Object.keys(own.metadata).toSorted());
  expect(told.length).toBeGreaterThan(40);
  expect(Buffer.from(writeSafetensors(own)).equals(bytes)).toBe(true);
});
