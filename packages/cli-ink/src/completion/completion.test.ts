import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProgram } from "../command/program.ts";
import { completeWords } from "./complete-words.ts";
import type { KnownNames } from "./known-names.ts";
import { ownCommand } from "./own-command.ts";
import { keepProjectNames, withProjectNames } from "./project-names.ts";
import { runFolders } from "./run-folders.ts";
import { shellScript, SHELLS } from "./shell-scripts.ts";
import { splitLine } from "./split-line.ts";

const cwd = mkdtempSync(join(tmpdir(), "benn-completion-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const named = (...all: readonly string[]) => all.map((name) => ({ name, description: `what ${name} is` }));
const names: KnownNames = {
  presets: named("demo", "cifar10-sb-boost-c-seq", "cifar10-sb-boost-d-seq"),
  contracts: {
    architecture: { names: named("nin", "resnet20", "resnet18"), options: ["width", "binary"] },
    backend: { names: named("wasm", "webgpu", "gpu", "cpu"), options: ["threads"] },
    metrics: { names: named("accuracy", "loss"), options: [] },
    scheme: { names: named("samme", "bagging"), options: [] },
    voter: { names: named("hard", "soft", "softmax"), options: [] },
  },
  keys: named("architecture", "epochs"),
};
beforeAll(() => {
  for (const run of ["runs/one", "runs/other", "results/two"]) {
    mkdirSync(join(cwd, run), { recursive: true });
    writeFileSync(join(cwd, run, "experiment.json"), "{}");
  }
  mkdirSync(join(cwd, "runs/none"));
});

const completed = (...words: readonly string[]) =>
  completeWords(createProgram(), words, { names: async () => Promise.resolve(names), runs: (typed) => runFolders(typed, cwd) });
const offered = async (...words: readonly string[]): Promise<string[]> => (await completed(...words)).values.map(({ name }) => name);

test("commands, and commands below a command beside its own arguments", async () => {
  expect(await offered("")).toEqual(expect.arrayContaining(["train", "eval", "doctor", "completion"]));
  expect(await offered("")).not.toContain("complete");
  expect(await offered("pre")).toEqual(["predict", "presets"]);
  expect(await offered("runs", "")).toEqual(["tag", "note", "prune"]);
  expect(await offered("demo", "s")).toEqual(["serve"]);
});

test("options of a command and of the program, and their values", async () => {
  expect(await offered("train", "--pres")).toEqual(["--preset"]);
  expect(await offered("train", "--preset", "demo", "--")).toEqual(expect.arrayContaining(["--set", "--resume", "--no-color", "--debug"]));
  expect(await offered("train", "--ui", "p")).toEqual(["plain"]);
  expect(await offered("train", "--ui=")).toEqual(["--ui=auto", "--ui=ink", "--ui=plain", "--ui=json"]);
  expect(await offered("train", "--preset", "demo")).toEqual(["demo"]);
  expect(await offered("train", "--preset", "cifar10-sb-boost-d")).toEqual(["cifar10-sb-boost-d-seq"]);
  expect(await offered("bench", "--backend", "w")).toEqual(["wasm", "webgpu"]);
  expect(await offered("export", "runs/one", "--voter", "s")).toEqual(["soft", "softmax"]);
  expect(await offered("select", "--metric", "acc")).toEqual(["accuracy"]);
});

test("keys of a configuration go on behind the value, which is a registered name", async () => {
  expect(await completed("train", "--set", "archi")).toMatchObject({ values: [{ name: "architecture=" }], open: true });
  expect(await offered("train", "--set", "members=4", "architecture=resnet")).toEqual(["architecture=resnet20", "architecture=resnet18"]);
  expect(await offered("train", "--set", "architecture.wi")).toEqual(["architecture.width="]);
  expect(await completed("train", "--set", "epochs=")).toEqual({ values: [], files: false, open: false });
});

test("run folders, registered names, presets, schemas and files where each is wanted", async () => {
  expect(await offered("eval", "")).toEqual(["runs/one", "runs/other"]);
  expect(await offered("eval", "results/")).toEqual(["results/two"]);
  expect(await offered("eval", "run")).toEqual(["runs/one", "runs/other"]);
  expect(await offered("train", "--resume", "runs/ot")).toEqual(["runs/other"]);
  expect(await offered("report", "runs/one", "runs/ot")).toEqual(["runs/other"]);
  expect(await completed("eval", "elsewhere/")).toEqual({ values: [], files: true, open: false });
  expect(await offered("plugins", "nin", "sam")).toEqual(["samme"]);
  expect(await offered("presets", "de")).toEqual(["demo"]);
  expect(await offered("schema", "s")).toEqual(["select", "stability"]);
  expect(await completed("predict", "model.benn", "")).toEqual({ values: [], files: true, open: false });
  expect(await completed("train", "--data", "")).toMatchObject({ files: true });
});

test("a line is split as a shell does, and nothing in it is run", () => {
  expect(splitLine('benn train --set \'name=a b\' x\\ y "q\\"r" --ui=')).toEqual([
    "benn",
    "train",
    "--set",
    "name=a b",
    "x y",
    'q"r',
    "--ui=",
  ]);
  expect(splitLine("benn eval ")).toEqual(["benn", "eval", ""]);
  expect(splitLine("benn eval $(touch x) '")).toEqual(["benn", "eval", "$(touch", "x)", ""]);
});

test.each(SHELLS)("there is a script for %s, which asks the command", (shell) => {
  expect(shellScript(shell)).toMatch(/benn complete/);
});

test("names that benn plugins has found in a folder are completed there, beside the built-in ones, until they are gone", async () => {
  const file = join(cwd, "cache", "project.json");
  const of = (name: string, plugin: string) => ({
    key: "scheme" as const,
    contract: "ensemble scheme",
    name,
    aliases: [],
    description: `what ${name} is`,
    options: { properties: { rate: {} } },
    plugin,
  });
  const inProject = async (...words: readonly string[]): Promise<string[]> => {
    const own = await withProjectNames(names, cwd, file);
    const { values } = await completeWords(createProgram(), words, { names: async () => Promise.resolve(own), runs: () => [] });
    return values.map(({ name }) => name);
  };
  await keepProjectNames([of("samme", "@benn/ensemble-boost"), of("my-boost", "my-plugin")], cwd, file);
  expect(await inProject("train", "--set", "scheme=")).toEqual(["scheme=samme", "scheme=bagging", "scheme=my-boost"]);
  expect(await inProject("train", "--set", "scheme.")).toEqual(["scheme.rate="]);
  expect(await inProject("plugins", "my")).toEqual(["my-boost"]);
  await keepProjectNames([of("samme", "@benn/ensemble-boost")], cwd, file);
  expect(await inProject("plugins", "my")).toEqual([]);
});

test.each(SHELLS)("in a checkout the script for %s defines the command, where the shell has none", (shell) => {
  const defined = ownCommand(shell, { BENN_COMMAND: "npm run benn --" }, "/it's/node");
  expect(defined).toMatch(/benn\.js'/);
  expect(defined).toContain(
    { bash: `'/it'\\''s/node'`, zsh: `'/it'\\''s/node'`, fish: `'/it\\'s/node'`, powershell: `'/it''s/node'` }[shell],
  );
  expect(ownCommand(shell, {})).toBe("");
});
