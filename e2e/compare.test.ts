// benn compare with very small nets, in processes of its own.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { comparisonSchema } from "../packages/cli-ink/src/comparison/comparison-schema.ts";
import { benn, newFolder, root, start } from "./benn.ts";
import { quick } from "./quick.ts";

let cwd = "";
const settings = quick.filter((setting) => !setting.startsWith("members="));
const compare = (...args: string[]) =>
  benn(["compare", ...args, "--seeds", "0,1", "--bits", "2", ...settings, "epochs=1", "scoreEvery=1"], { cwd });
const weightsOf = (run: string) => readFileSync(join(cwd, "runs", run, "members/000/weights.bin"), "base64");

beforeAll(() => {
  cwd = newFolder();
});

test("runs are trained, the answer is a sentence, everything fits 80 columns, and a page is written", async () => {
  const { code, stdout, stderr } = await compare("--members", "2", "--report", "page.html");
  expect(stderr.trim().split("\n")).toEqual([
    "1 bit, seed 0: training runs/compare-1-bit-seed-0",
    "1 bit, seed 1: training runs/compare-1-bit-seed-1",
    "2 bits, seed 0: training runs/compare-2-bits-seed-0",
    "2 bits, seed 1: training runs/compare-2-bits-seed-1",
    "32 bits, seed 0: training runs/compare-real-seed-0",
    "32 bits, seed 1: training runs/compare-real-seed-1",
  ]);
  expect(code).toBe(0);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/^At equal bytes\b/);
  expect(stdout).toContain("Test accuracy over bit operations: • 1-bit ensembles, a 2 bits, b 32 bits");
  const page = readFileSync(join(cwd, "page.html"), "utf8");
  expect(page).toContain("More bits or more networks: compare");
});

test("runs that are there are taken, whatever their name, and give the same bytes; fewer members are those of a run of more", async () => {
  const times = ["compare-1-bit-seed-0", "compare-real-seed-1"].map(
    (run) => statSync(join(cwd, "runs", run, "members/000/weights.bin")).mtimeMs,
  );
  const first = await compare("--members", "2", "--json", "--no-time", "--name", "other");
  expect([first.code, first.stderr]).toEqual([0, ""]);
  const again = await compare("--members", "2", "--json", "--no-time");
  expect({ ...(JSON.parse(again.stdout) as object), name: "" }).toEqual({ ...(JSON.parse(first.stdout) as object), name: "" });
  expect(
    ["compare-1-bit-seed-0", "compare-real-seed-1"].map((run) => statSync(join(cwd, "runs", run, "members/000/weights.bin")).mtimeMs),
  ).toEqual(times);
  expect(readdirSync(join(cwd, "runs"))).toHaveLength(6);

  const { kinds, matches, rows, seeds } = comparisonSchema.parse(JSON.parse(again.stdout));
  expect([rows, seeds, kinds.map(({ name }) => name)]).toEqual([60, [0, 1], ["1 bit", "2 bits", "32 bits"]]);
  const [ones, , real] = kinds;
  expect(ones!.ensembles.map(({ members }) => members)).toEqual([1, 2]);
  // The results of eval for the run, and of export.
  const evaluated = JSON.parse((await benn(["eval", "runs/compare-1-bit-seed-1", "--json"], { cwd })).stdout) as {
    splits: { test: { staged: { soft: { accuracy: number } }[] } };
  };
  expect(ones!.ensembles.map(({ accuracies }) => accuracies[1])).toEqual(evaluated.splits.test.staged.map(({ soft }) => soft.accuracy));
  expect((await benn(["export", "runs/compare-1-bit-seed-0", "--no-trust"], { cwd })).code).toBe(0);
  expect(ones!.ensembles[1]!.cost.bytes).toBe(statSync(join(cwd, "compare-1-bit-seed-0.benn")).size);
  expect(ones!.ensembles[1]!.cost.operations).toBe(2 * ones!.ensembles[0]!.cost.operations!);
  // All layers have the compared bits.
  expect(kinds[1]!.ensembles[0]!.cost.operations).toBe(4 * ones!.ensembles[0]!.cost.operations!);
  expect(real!.ensembles[0]!.cost.operations).toBe(1024 * ones!.ensembles[0]!.cost.operations!);
  expect(matches.filter(({ cost }) => cost === "operations").map(({ against, members, isShort }) => [against, members, isShort])).toEqual([
    ["2 bits", 2, true],
    ["32 bits", 2, true],
  ]);

  const fewer = comparisonSchema.parse(JSON.parse((await compare("--members", "1", "--json", "--no-time")).stdout));
  expect(fewer.kinds[0]!.runs).toEqual(ones!.runs);
  expect(fewer.kinds[0]!.ensembles).toEqual(ones!.ensembles.slice(0, 1));
  expect(readdirSync(join(cwd, "runs"))).toHaveLength(6);
});

test("more members are trained from those that are there, to the weights of a run that trained them all", async () => {
  const more = await compare("--members", "3", "--json", "--no-time");
  expect(more.code).toBe(0);
  const { kinds } = comparisonSchema.parse(JSON.parse(more.stdout));
  expect(kinds[0]!.runs.map(({ folder }) => folder)).toEqual(["runs/compare-1-bit-seed-0-2", "runs/compare-1-bit-seed-1-2"]);
  expect(kinds[1]!.runs.map(({ folder }) => folder)).toEqual(["runs/compare-2-bits-seed-0", "runs/compare-2-bits-seed-1"]);
  const third = (folder: string) => readFileSync(join(folder, "members/002/weights.bin"), "base64");
  // Members that were given are found again.
  expect((await compare("--members", "3", "--json", "--no-time")).stdout).toBe(more.stdout);
  const elsewhere = newFolder();
  const whole = await benn(
    ["train", "--preset", "compare", "--set", ...settings.slice(1), "epochs=1", "scoreEvery=1", "members=3", "name=whole", "--ui", "plain"],
    { cwd: elsewhere },
  );
  expect(whole.code).toBe(0);
  expect(third(join(cwd, "runs/compare-1-bit-seed-0-2"))).toBe(third(join(elsewhere, "runs/whole")));
});

test("stopped, it keeps what is trained, and the same command resumes to the same weights", async () => {
  const elsewhere = newFolder();
  const args = [
    "compare",
    "--seeds",
    "0,1",
    "--bits",
    "none",
    "--members",
    "2",
    ...settings,
    "epochs=3",
    "scoreEvery=3",
    "--json",
    "--no-time",
  ];
  const whole = await benn(args, { cwd: elsewhere });
  expect(whole.code).toBe(0);
  const stopped = newFolder();
  const running = start(
    args.filter((word) => word !== "--json"),
    { cwd: stopped },
  );
  while (!existsSync(join(stopped, "runs/compare-1-bit-seed-1/members/000/member.json"))) {
    expect(running.child.exitCode).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  running.child.kill("SIGINT");
  const { code, stdout, stderr } = await running.finished;
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toContain("Stopped; trained members are saved, and the same command resumes.");
  expect(existsSync(join(stopped, "runs/compare-real-seed-1/experiment.json"))).toBe(false);
  const resumed = await benn(args, { cwd: stopped });
  expect(resumed.stdout).toBe(whole.stdout);
});

test("runs are taken from other folders, and mistakes are sentences", async () => {
  const elsewhere = newFolder();
  const from = ["--from", join(cwd, "runs")];
  const taken = await benn(
    ["compare", "--members", "2", "--seeds", "0,1", "--bits", "2", ...settings, "epochs=1", "scoreEvery=1", "--no-time", ...from],
    { cwd: elsewhere },
  );
  expect(taken.code).toBe(0);
  expect(taken.stderr).toContain(`1 bit, seed 0: taken from ${join(cwd, "runs/compare-1-bit-seed-0")}`);
  expect(existsSync(join(elsewhere, "runs"))).toBe(false);
  expect(weightsOf("compare-1-bit-seed-0")).not.toBe(weightsOf("compare-1-bit-seed-1"));

  for (const [args, message] of [
    [["--seeds", "1"], "--seeds: expected two different ones at least, got 1"],
    [["--bits", "1"], "Expected whole numbers from 2 to 8"],
    [["--quantizer", "none"], '"none" has no option "activationBits"'],
    [["--set", "binarizer=none"], "compare: binarizer none has 32 bits"],
    [["--report", "no/page.html"], "compare --report: there is no folder"],
    [["plan.json"], "compare: plan.json cannot be read"],
    [[join(root, "results/compare/nin-half.json"), "--preset", "demo"], "does not go together with"],
    [["--name", "a/b"], "--name: expected letters, digits, '.', '_' and '-', got"],
  ] as const) {
    const { code, stdout, stderr } = await benn(["compare", ...args], { cwd: elsewhere });
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
  }
  const help = await benn(["compare", "--help"], { cwd });
  for (const word of ["Examples:", "--quantizer <name>", "docs/compare.md"]) expect(help.stdout.replaceAll(/\s+/g, " ")).toContain(word);
});

test("the form for all of CIFAR-10 is a plan that resolves", async () => {
  const { code, stdout } = await benn(["compare", join(root, "results/compare/nin-half.json"), "--dry-run"], { cwd });
  expect(code).toBe(0);
  const lines = stdout.trim().split("\n");
  expect(lines.indexOf("")).toBe(1 + 3 * 6);
  expect(lines[1]).toMatch(/^nin-half-1-bit-seed-0 +1 bit +0 +8$/);
  expect(lines[16]).toMatch(/^nin-half-real-seed-0 +32 bits +0 /);
  expect(stdout).toMatch(/^Networks: 1 bit by deterministic; /m);
});
