// Everything that the command does, from code, by one import: one small run is trained from arrays by a scheme that is a value, broken off, resumed,
// and used in every way.
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as core from "@benn/core";
import {
  type ArrayData,
  defineConfig,
  definePlugin,
  evaluate,
  exportRun,
  load,
  openRun,
  report,
  type RunEvent,
  type RunResult,
  SCHEMES,
  select,
  train,
  UserError,
} from "./index.ts";
import * as door from "./index.ts";

const SIDE = 16;
const out = mkdtempSync(join(tmpdir(), "benn-one-import-"));

/** Stripes that lie or stand, bright on dark by chance. */
function stripes(count: number, from: number): ArrayData["train"] {
  const images = new Uint8Array(count * SIDE * SIDE * 3);
  const labels = Array.from({ length: count }, (_, row) => row % 2);
  for (let at = 0; at < images.length; at++) {
    const [row, y, x] = [Math.floor(at / (SIDE * SIDE * 3)), Math.floor(at / (SIDE * 3)) % SIDE, Math.floor(at / 3) % SIDE];
    images[at] = 100 * (((row % 2 === 0 ? x : y) + row) % 3) + ((at * 31 + from + row) % 40);
  }
  return { images, labels };
}

const data: ArrayData = { shape: [SIDE, SIDE, 3], classes: ["standing", "lying"], train: stripes(80, 1), test: stripes(20, 2) };
const halves = definePlugin({
  name: "halves",
  register: (container) =>
    container.resolve(SCHEMES).add("halves", {
      description: "every vote is a half",
      create: () => ({ next: ({ sampleWeights }) => ({ kind: "accept", alpha: 0.5, sampleWeights }) }),
    }),
});
const plugins = [halves];
/** A project without packages, whatever folder the tests are started in. */
const cwd = out;
const config = defineConfig({
  name: "stripes",
  architecture: { name: "nin", width: 0.0625 },
  scheme: "halves",
  validation: 0.25,
  members: 2,
  epochs: 2,
  scoreEvery: 1,
  batchSize: 20,
});
const folder = join(out, "stripes");
let broken: RunResult;
let finished: RunResult;
const events: RunEvent["type"][] = [];

beforeAll(async () => {
  const abort = new AbortController();
  const training = train(config, { out, cwd, plugins, data, signal: abort.signal });
  for await (const event of training) if (event.type === "epoch") abort.abort();
  broken = await training.finish();
  const rest = train({}, { resume: folder, cwd, plugins, data });
  for await (const event of rest) events.push(event.type);
  finished = await rest.finish();
});

test("a training stops by its signal and goes on from its folder without settings, as the error advises", async () => {
  expect(broken).toEqual({ folder, reason: "interrupted" });
  expect(finished).toEqual({ folder, reason: "finished" });
  expect(events.at(-1)).toBe("run-end");
  expect((await openRun(folder)).config).toMatchObject({ scheme: { name: "halves" }, dataset: { name: "arrays" } });
  // Nothing is left to do, with undefined as with no settings at all.
  expect(await train(undefined, { resume: folder, cwd, plugins, data }).finish()).toEqual(finished);
  const other = train({ epochs: 5 }, { resume: folder, cwd, plugins, data }).finish();
  await expect(other).rejects.toThrow("Resume without settings, or start a new run");
});

test("a loop that is broken off leaves a run that resumes; finish() says so", async () => {
  const training = train({ ...config, name: "broken", members: 1, epochs: 1 }, { out, cwd, plugins, data });
  for await (const event of training) if (event.type === "run-start") break;
  expect(await training.finish()).toEqual({ folder: join(out, "broken"), reason: "interrupted" });
  const never = train({ ...config, members: -1 }, { out, cwd, plugins, data });
  await expect(never.next()).rejects.toThrow(UserError);
  await expect(never.finish()).rejects.toThrow("members");
});

test("a run is evaluated, with its votes in detail", async () => {
  const { voter, members, splits } = await evaluate(folder, { cwd, plugins, data });
  expect(members.map(({ alpha }) => alpha)).toEqual([0.5, 0.5]);
  expect(splits.test?.rows).toBe(20);
  expect(splits.test?.staged.at(-1)?.[voter]?.accuracy).toBeGreaterThanOrEqual(0);
  await expect(evaluate(folder, { cwd, plugins, data, signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});

test("what a run needs and is not given is asked for: its plugin, its arrays, the same arrays", async () => {
  await expect(train({}, { resume: folder, cwd, data }).finish()).rejects.toThrow('"halves"');
  // Votes are the same without the scheme that trained the members.
  expect((await evaluate(folder, { cwd, data })).members).toEqual((await evaluate(folder, { cwd, plugins, data })).members);
  await expect(evaluate(folder, { cwd, plugins })).rejects.toThrow("in the memory of the program that trained on them");
  const otherData = { ...data, train: stripes(80, 3) };
  await expect(train({}, { resume: folder, cwd, plugins, data: otherData }).finish()).rejects.toThrow(
    "was made with other data (sha256.train.images",
  );
});

test("it is packed, and the file takes pictures of bytes", async () => {
  const { bytes, verification } = await exportRun(folder, { cwd, plugins, data, verify: true });
  expect(verification?.members.every(({ otherLogits }) => otherLogits === 0)).toBe(true);
  const model = await load(bytes);
  const picture = { width: SIDE, height: SIDE, data: data.test!.images.slice(0, SIDE * SIDE * 3) as Uint8Array };
  expect(data.classes).toContain(model.predict(picture).label);
});

test("members are selected into a new run, which is reported beside the first", async () => {
  const selection = await select([folder], { cwd, plugins, data, out, name: "chosen", bags: 2, steps: 2 });
  expect(selection.folder).toBe(join(out, "chosen"));
  const page = await report([folder, join(out, "chosen")], { cwd, plugins, data, time: false });
  expect(page).toMatch(/^<!doctype html>/i);
  expect(page).toContain("chosen");
});

test("arrays without test images give a fifth of each class; floats are taken as they are", async () => {
  const { images, labels } = data.train;
  const floats = { ...data, train: { images: Float32Array.from(images, (value) => value / 128 - 1), labels } };
  const { test: _test, ...alone } = floats;
  const training = train({ ...config, name: "floats", members: 1, epochs: 1, validation: 0 }, { out, cwd, plugins, data: alone });
  const sizes = [];
  for await (const event of training) if (event.type === "run-start") sizes.push(event.dataset);
  expect(sizes).toMatchObject([{ name: "arrays", train: 64, validation: 0, test: 16 }]);
});

test.for<[string, Partial<ArrayData>, RegExp]>([
  [
    "too few values",
    { train: { images: new Uint8Array(5), labels: [0] } },
    /train has 1 labels and 5 values, but an image of 16×16×3 has 768/,
  ],
  ["a label of no class", { train: { ...stripes(2, 0), labels: [0, 2] } }, /label 1 of train is 2, but the 2 classes/],
  ["one class", { classes: ["all"] }, /Give at least two names/],
  ["a shape of two axes", { shape: [16, 16] as never }, /shape is \[16, 16\]/],
  ["bytes and floats", { test: { images: new Float32Array(768), labels: [0] } }, /different kinds of values/],
  [
    "a value that is no number",
    { train: { images: new Float32Array(768).fill(Number.NaN), labels: [0] } },
    /value 0 of train.images is NaN/,
  ],
])("arrays with %s are refused in a sentence", async ([, wrong, says]) => {
  const training = train({ ...config, name: "refused" }, { out, cwd, plugins, data: { ...data, ...wrong } });
  await expect(training.finish()).rejects.toThrow(says);
});

test("the door has all that plugins import", () => {
  expect(Object.keys(core).filter((name) => !(name in door))).toEqual([]);
});

test("it loads no part of the screen", () => {
  const code = `
    import { registerHooks } from "node:module";
    const urls = [];
    registerHooks({ resolve: (name, context, next) => { const found = next(name, context); urls.push(found.url); return found; } });
    await import("@benn/cli-ink");
    console.log(JSON.stringify(urls.filter((url) => /node_modules\\/(ink|react|sharp|bullmq|commander|linkedom)\\//.test(url))), urls.length > 100);`;
  const args = ["--conditions=source", "--input-type=module", "--eval", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: join(import.meta.dirname, ".."), encoding: "utf8" });
  expect(stdout, stderr).toBe("[] true\n");
});
