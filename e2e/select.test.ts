// benn select on small real runs, in processes of its own.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { selectionSchema } from "../packages/cli-ink/src/selection/selection-schema.ts";
import { benn, newFolder } from "./benn.ts";
import { quick } from "./quick.ts";
import { command, openTerminal } from "./terminal.ts";

let cwd = "";
const select = (...args: string[]) => benn(["select", ...args], { cwd });
const few = ["--bags", "3", "--steps", "5"];

beforeAll(async () => {
  cwd = newFolder();
  const common = ["dataset.trainRows=200", "validation=0.25"];
  for (const settings of [
    ["name=one", "members=3", ...common],
    ["name=wide", "members=2", "seed=1", "validationSeed=0", "architecture.width=0.125", ...common],
    ["name=seeded", "members=1", "seed=1", ...common],
    ["name=plain", "members=1"],
  ]) {
    const { code, stderr } = await benn(["train", ...quick, ...settings, "--ui", "plain"], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
});

test("members of two runs become a run that eval, watch, fsck and export treat like any other, and verify refuses in a sentence", async () => {
  const { code, stdout, stderr } = await select("runs/one", "runs/wide", ...few, "--name", "chosen", "--json");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const selection = selectionSchema.parse(JSON.parse(stdout));
  expect(selection).toMatchObject({ candidates: 5, rows: 50, folder: "runs/chosen", test: { rows: 60 } });
  const { members } = selection.chosen;
  expect(members.map(({ votes }) => votes)).toEqual(members.map(({ votes }) => votes).toSorted((a, b) => b - a));

  const evaluated = JSON.parse((await benn(["eval", "runs/chosen", "--json"], { cwd })).stdout) as {
    members: { alpha: number; computed: string[] }[];
    splits: Record<"validation" | "test", { staged: { soft: { accuracy: number } }[] }>;
  };
  expect(evaluated.members.map(({ alpha, computed }) => [alpha, computed])).toEqual(members.map(({ votes }) => [votes, []]));
  expect(evaluated.splits.validation.staged.at(-1)!.soft.accuracy).toBeCloseTo(selection.chosen.value, 12);
  expect(evaluated.splits.test.staged.at(-1)!.soft.accuracy).toBe(selection.test!.accuracy);

  expect((await benn(["fsck", "runs/chosen"], { cwd })).stdout).toContain(`${members.length} of ${members.length} members;`);
  expect((await benn(["watch", "runs/chosen", "--ui", "plain"], { cwd })).stdout).toContain("Test accuracy of the soft vote");
  const exported = await benn(["export", "runs/chosen", "--verify"], { cwd });
  expect(exported.stderr).toBe("");
  expect(exported.stdout).toContain("bit-identical");
  const verified = await benn(["verify", "runs/chosen"], { cwd });
  expect([verified.code, verified.stderr]).toEqual([2, expect.stringContaining("its members were trained elsewhere")]);
});

test("the same seed gives the same run to the byte, and a name that is free", async () => {
  for (const name of ["twin-1", "twin-2"]) expect((await select("runs/one", ...few, "--seed", "3", "--name", name)).code).toBe(0);
  const filesOf = (name: string) =>
    readdirSync(join(cwd, "runs", name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(bin|f32|f64)$|^member\.json$/.test(entry.name))
      .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), "base64")]);
  expect(filesOf("twin-1")).toEqual(filesOf("twin-2"));
  for (const name of ["one-selected", "one-selected-2"]) {
    expect((await select("runs/one", ...few)).stdout).toContain(`The run is in runs/${name}\n`);
    expect(existsSync(join(cwd, "runs", name, "experiment.json"))).toBe(true);
  }
});

test("a budget in bytes holds for the file that export writes; one in time, and one that is too small, are reckoned too", async () => {
  const json = async (...args: string[]) =>
    selectionSchema.parse(JSON.parse((await select("runs/one", "runs/wide", ...few, "--json", ...args)).stdout));
  const free = await json("--budget", "1GB", "--dry-run");
  expect(free.folder).toBeUndefined();
  expect(free.test).toBeUndefined();
  expect(existsSync(join(cwd, "runs/one-selected-3"))).toBe(false);
  const most = Math.round(0.6 * Math.max(...free.curve.map(({ cost = 0 }) => cost)));
  const { chosen, curve } = await json("--budget", `${most}B`, "--name", "small");
  expect(Math.max(...curve.map(({ cost = Infinity }) => cost))).toBeLessThanOrEqual(most);
  expect(chosen.cost).toBeLessThanOrEqual(most);
  expect((await benn(["export", "runs/small"], { cwd })).code).toBe(0);
  expect(statSync(join(cwd, "small.benn")).size).toBe(chosen.cost);

  const timed = await json("--budget", "100s", "--dry-run");
  expect(timed.chosen.cost).toBeGreaterThan(0);
  const tiny = await select("runs/one", "--budget", "100B");
  expect([tiny.code, tiny.stderr]).toEqual([
    2,
    expect.stringMatching(/^benn: --budget 100B: the smallest ensemble of one member takes [\d.]+ kB\./),
  ]);
});

test("runs that cannot be chosen from are refused in a sentence", async () => {
  for (const [args, message] of [
    [["runs/one", "--on", "test"], "members are never chosen on test images"],
    [
      ["runs/plain"],
      "select: run folder runs/plain holds no images out, and members are never chosen on test images. Train with --set validation=0.1.",
    ],
    [
      ["runs/one", "runs/seeded"],
      "select: runs/one and runs/seeded cannot be chosen from together: validationSeed is 0 in one and 1 in the other.",
    ],
    [["runs/none"], "runs/none: does not exist"],
    [["runs/one", "--budget", "many"], "--budget: expected bytes"],
    [["runs/one", "--metric", "loss"], "--metric: loss does not measure votes. Known: accuracy."],
    [["runs/one", "--name", "wide"], "--name: runs/wide exists. Choose another name"],
    [["runs/one", "--name", "a/b"], "--name: expected letters, digits, '.', '_' and '-', got"],
  ] as const) {
    const { code, stderr, stdout } = await select(...args);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
  }
  const help = await select("--help");
  for (const word of ["Examples:", "--budget <cost>", "--dry-run", "docs/select.md"]) expect(help.stdout).toContain(word);
});

test("Ctrl-C while it chooses leaves nothing behind", async () => {
  const before = readdirSync(join(cwd, "runs"));
  const line = `trap : INT; ${command} select runs/one --bags 100000 --steps 1000 --name stopped >stopped.txt; echo $? >stopped.code`;
  const terminal = openTerminal(line, cwd);
  await terminal.shows("choosing, steps");
  terminal.type("\u0003");
  await terminal.closed;
  expect(["code", "txt"].map((ending) => readFileSync(join(cwd, `stopped.${ending}`), "utf8"))).toEqual(["130\n", ""]);
  expect(readdirSync(join(cwd, "runs"))).toEqual(before);
});
