// benn eval on a small real run, in processes of its own.
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { evaluationSchema } from "../packages/cli-ink/src/evaluation/evaluation-schema.ts";
import { benn, newFolder, start } from "./benn.ts";
import { quick } from "./quick.ts";

let cwd = "";
const evaluate = (...args: string[]) => benn(["eval", ...args], { cwd });
const jsonOf = async (...args: string[]) => evaluationSchema.parse(JSON.parse((await evaluate(...args, "--json")).stdout));

beforeAll(async () => {
  cwd = newFolder();
  for (const settings of [
    ["name=held", "validation=0.25", "members=3"],
    ["name=plain", "members=1"],
  ]) {
    const { code, stderr } = await benn(["train", ...quick, ...settings, "--ui", "plain"], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
});

test("the answer comes first, in 80 columns, and the votes are those that the run's log has", async () => {
  const { code, stdout, stderr } = await evaluate("runs/held");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/^runs\/held: the soft vote of 3 members has \d+ of 60 test images right:/);
  const log = readFileSync(join(cwd, "runs/held/events.jsonl"), "utf8").trim().split("\n");
  const staged = log
    .map((line) => JSON.parse(line) as { type: string; metrics: { accuracy: Record<string, Record<string, number>> } })
    .filter(({ type }) => type === "staged");
  const { splits, vote, members } = await jsonOf("runs/held");
  for (const split of ["validation", "test"] as const)
    expect(
      splits[split]!.staged.map((stage) => Object.fromEntries(Object.entries(stage).map(([voter, { accuracy }]) => [voter, accuracy]))),
    ).toEqual(staged.map(({ metrics }) => metrics.accuracy[split]));
  expect(splits.train).toMatchObject({ rows: 90 });
  expect(members.flatMap(({ computed }) => computed)).toEqual([]);
  expect(vote.temperature).toBeGreaterThan(0);
});

test("held-out images are looked at in place of test images, and a run without any says so", async () => {
  const { splits, vote } = await jsonOf("runs/held", "--on", "validation", "--splits", "validation");
  expect(Object.keys(splits)).toEqual(["validation"]);
  expect(vote).toMatchObject({ on: "validation", rows: 30 });
  const { code, stderr } = await evaluate("runs/plain", "--on", "validation");
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^benn: eval --on validation: run folder runs\/plain has no validation rows: none were held out\. Train with .*\n$/,
  );
  const plain = await evaluate("runs/plain");
  expect(plain.stdout).toContain("the soft vote of 1 member has");
  expect(plain.stdout.replaceAll("\n", " ")).toContain("none is fitted");
});

test("another metric of a plugin shows up by itself", async () => {
  writeFileSync(
    join(cwd, "longest.ts"),
    `import { definePlugin, METRICS } from "@benn/core";
     export default definePlugin({
       name: "longest",
       register: (c) => c.resolve(METRICS).add("longest", {
         description: "",
         create: () => ({ title: "longest row", unit: "m", better: "lower", of: (scores, labels) => scores.length / labels.length }),
       }),
     });`,
  );
  const { stdout, stderr } = await evaluate("runs/held", "--plugin", "./longest.ts");
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^ {2}longest row m +10\.0 +10\.0 +10\.0 +10\.0$/m);
});

test("logits that are damaged or gone are computed, to the same numbers, and that is said", async () => {
  const before = await jsonOf("runs/held");
  truncateSync(join(cwd, "runs/held/members/000/logits.test.f32"), 40);
  rmSync(join(cwd, "runs/held/members/001/logits.train.f32"));
  const { members, notes, ...after } = await jsonOf("runs/held");
  expect(members.map(({ computed }) => computed).slice(0, 2)).toEqual([["test"], ["train"]]);
  expect(notes).toEqual([expect.stringContaining("computed from the weights"), expect.stringContaining("computed from the weights")]);
  const { members: _members, notes: _notes, ...expected } = before;
  expect(after).toEqual(expected);
});

test("Ctrl-C ends it between two batches, with the signal's code", async () => {
  writeFileSync(
    join(cwd, "slow.ts"),
    `import { DATASETS, definePlugin } from "@benn/core";
     const split = (n) => ({
       labels: Int32Array.from({ length: n }, (_, i) => i % 2),
       async images(rows) {
         if (process.env.SLOW) { console.log("reading"); await new Promise((resolve) => setTimeout(resolve, 300)); }
         return Float32Array.from({ length: rows.length * 3072 }, (_, i) => (i * 37 % 101) / 50 - 1);
       },
     });
     const load = async () => ({ shape: [32, 32, 3], labels: ["a", "b"], train: split(40), test: split(400), provenance: {}, preprocessing: [] });
     export default definePlugin({ name: "slow", register: (c) => c.resolve(DATASETS).add("slow", { description: "", create: () => ({ load }) }) });`,
  );
  const settings = ["name=slow", "dataset=slow", "members=1", "epochs=1", "batchSize=20", "architecture.width=0.0625"];
  const plugin = ["--plugin", "./slow.ts"];
  const trained = await benn(["train", ...plugin, "--ui", "plain", "--set", ...settings], { cwd });
  expect(trained.stderr).toBe("");
  const running = start(["eval", "runs/slow", ...plugin, "--again"], { cwd, env: { SLOW: "1" } });
  await running.shows("reading");
  running.child.kill("SIGINT");
  const { code, stdout, stderr } = await running.finished;
  expect(code).toBe(130);
  expect(stderr).toBe("");
  expect(stdout).not.toContain("vote");
});

test("a run that is not there or not whole is refused in a sentence, and help has examples", async () => {
  const missing = await evaluate("runs/none");
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("runs/none: does not exist")]);
  expect((await evaluate("runs/held", "--on", "tests")).code).toBe(2);
  const help = await evaluate("--help");
  for (const word of ["Examples:", "--again", "--on <split>", "docs/eval.md"]) expect(help.stdout).toContain(word);
  expect(JSON.parse((await benn(["schema", "eval"], { cwd })).stdout)).toMatchObject({ properties: { format: { const: 1 } } });
});
