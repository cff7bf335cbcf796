// benn stability on small real runs, in processes of its own.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { stabilitySchema } from "../packages/cli-ink/src/stability/stability-schema.ts";
import { benn, newFolder } from "./benn.ts";
import { quick } from "./quick.ts";
import { command, openTerminal } from "./terminal.ts";

let cwd = "";
const stability = (...args: string[]) => benn(["stability", ...args], { cwd });
const few = ["--rows", "40", "--draws", "3", "--weights", "1%,10%", "--activations", "5%", "--images", "0.2,40px"];
const jsonOf = async (...args: string[]) => stabilitySchema.parse(JSON.parse((await stability(...args, "--json")).stdout));

beforeAll(async () => {
  cwd = newFolder();
  const common = ["mode=independent", "members=3", "learningRate=0.01"];
  for (const settings of [
    ["name=a", "seed=0", ...common],
    ["name=b", "seed=1", ...common],
    ["name=wide", "seed=2", ...common, "architecture.width=0.125"],
    ["name=real", "seed=0", "members=1", "binarizer=none"],
  ]) {
    const { code, stderr } = await benn(["train", ...quick, ...settings, "--ui", "plain"], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
});

test("noise is measured for votes of 1, 2, … members, in 80 columns, and the same command gives the same bytes", async () => {
  const text = await stability("runs/a", "runs/b", ...few);
  expect([text.code, text.stderr]).toEqual([0, ""]);
  expect(text.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(text.stdout).toMatch(/^runs\/a, soft vote of 3 members:\n\nWith 10 % of the bits of weights flipped/);
  const first = await stability("runs/a", "runs/b", ...few, "--json");
  expect((await stability("runs/a", "runs/b", ...few, "--json")).stdout).toBe(first.stdout);
  const { noise, retrainings, members, clean, rows } = stabilitySchema.parse(JSON.parse(first.stdout));
  expect([members.length, clean.stages.length, rows]).toEqual([3, 3, 40]);
  expect(noise.map(({ kind, level, unit, stages }) => [kind, level, unit, stages.length])).toEqual([
    ["weights", 0.01, "share", 3],
    ["weights", 0.1, "share", 3],
    ["activations", 0.05, "share", 3],
    ["images", 0.2, "deviations", 3],
    ["images", 40, "pixels", 3],
  ]);
  for (const own of noise) expect(own.single.moved.value).toBeGreaterThan(0);
  // Stronger noise changes more; so do the bits of the network, ten times as many.
  expect(noise[1]!.single.moved.value).toBeGreaterThan(noise[0]!.single.moved.value!);
  expect(noise[4]!.single.moved.value).toBeGreaterThan(noise[3]!.single.moved.value!);
  expect(retrainings).toMatchObject({ rows: 60, runs: [{ seed: 0 }, { seed: 1 }] });
  const other = await jsonOf("runs/a", ...few, "--seed", "5");
  expect(other.noise[0]!.single).not.toEqual(noise[0]!.single);
});

test("churn and accuracies of other trainings are those of their stored answers", async () => {
  const { retrainings, clean } = await jsonOf("runs/a", "runs/b", "--weights", "none", "--activations", "none", "--images", "none");
  const answers = ["a", "b"].map((name) => {
    const file = readFileSync(join(cwd, `runs/${name}/members/000/logits.test.f32`));
    const logits = new Float32Array(file.buffer, file.byteOffset, file.length / 4);
    return Array.from({ length: 60 }, (_, row) => {
      const own = [...logits.subarray(10 * row, 10 * row + 10)];
      return own.indexOf(Math.max(...own));
    });
  });
  const differing = answers[0]!.filter((answer, row) => answer !== answers[1]![row]).length;
  expect(retrainings!.stages[0]!.churn.value).toBeCloseTo(differing / 60, 12);
  expect(clean.stages[0]).toBe(retrainings!.stages[0]!.accuracies[0]);
});

test("what is kept is a section of the report, which tells when the run has changed since", async () => {
  expect((await stability("runs/b", ...few, "--keep")).code).toBe(0);
  expect(existsSync(join(cwd, "runs/b/stability.json"))).toBe(true);
  expect((await benn(["fsck", "runs/b"], { cwd })).code).toBe(0);
  const report = async () => {
    const { code, stderr } = await benn(["report", "runs/b", "--no-time", "--out", "b.html"], { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    return readFileSync(join(cwd, "b.html"), "utf8");
  };
  const page = await report();
  expect(page).toContain('<section id="stability"');
  expect(page).not.toContain("Measured before the run changed");
  const file = join(cwd, "runs/b/stability.json");
  const kept = readFileSync(file, "utf8");
  writeFileSync(file, kept.replace(/"weights": "[0-9a-f]/, '"weights": "x'));
  expect(await report()).toContain("Measured before the run changed");
  writeFileSync(file, "{");
  expect(await report()).toContain("is not what benn stability --keep writes");
});

test("what cannot be measured is refused or noted in a sentence", async () => {
  for (const [args, message] of [
    [["runs/a", "runs/wide"], "stability: runs/wide is no other training of runs/a: architecture.width is 0.125, not 0.0625."],
    [["runs/a", "runs/none"], "runs/none: does not exist"],
    [["runs/a", "--weights", "200%"], "--weights: expected shares of bits above 0 and at most 1"],
    [["runs/a", "--images", "none", "--weights", "none", "--activations", "none"], "there is nothing to measure"],
    [["runs/a", "--draws", "1"], "--draws: expected 2 at least, got 1"],
    [["runs/real", "--images", "none"], "No layer of its members has weights of few bits"],
    [["runs/a", "--voter", "none"], 'voter "none" is unknown'],
  ] as const) {
    const { code, stdout, stderr } = await stability(...args, "--rows", "20");
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
  }
  const real = await jsonOf("runs/real", "--images", "0.5", "--rows", "20", "--draws", "2");
  expect(real.noise.map(({ kind }) => kind)).toEqual(["images"]);
  expect(real.notes).toHaveLength(2);
  const { stdout } = await stability("--help");
  for (const word of ["Examples:", "--keep", "docs/stability.md"]) expect(stdout).toContain(word);
});

test("Ctrl-C ends it with the signal's code and writes nothing", async () => {
  const terminal = openTerminal(`trap : INT; ${command} stability runs/a --draws 100000 --keep >stopped.txt; echo $? >stopped.code`, cwd);
  await terminal.shows("draw 1 of 100000");
  terminal.type("\u0003");
  await terminal.closed;
  expect(["code", "txt"].map((ending) => readFileSync(join(cwd, `stopped.${ending}`), "utf8"))).toEqual(["130\n", ""]);
  expect(existsSync(join(cwd, "runs/a/stability.json"))).toBe(false);
});
