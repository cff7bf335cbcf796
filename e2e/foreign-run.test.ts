// A run folder from elsewhere executes nothing: what its experiment.json names is loaded only if the user names it too.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { benn, newFolder, start } from "./benn.ts";
import { quick } from "./quick.ts";

const home = newFolder();
const mark = join(home, "ran");
/** A scheme of a plugin that leaves a mark when it is imported. */
const source = `import { writeFileSync } from "node:fs";
import { definePlugin, SCHEMES } from "@benn/core";
writeFileSync(${JSON.stringify(mark)}, "");
export default definePlugin({
  name: "marker",
  register: (container) => container.resolve(SCHEMES).add("marker", {
    description: "",
    create: () => ({ next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }) }),
  }),
});
`;

beforeAll(async () => {
  writeFileSync(join(home, "marker.ts"), source);
  const settings = [...quick, "scheme=marker", "epochs=1"];
  const { code, stderr } = await benn(["train", "--plugin", "./marker.ts", ...settings, "name=whole"], { cwd: home });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const running = start(["train", "--plugin", "./marker.ts", ...settings, "epochs=16", "name=cut"], { cwd: home });
  await running.shows("epoch");
  running.child.kill("SIGTERM");
  const cut = await running.finished;
  expect(cut.code).toBe(143);
  expect(cut.stdout).toContain("train --resume runs/cut --plugin ./marker.ts");
});

/** Another user's folder with the runs, without the mark. */
function elsewhere(): string {
  const cwd = newFolder();
  cpSync(join(home, "runs"), join(cwd, "runs"), { recursive: true });
  rmSync(mark, { force: true });
  return cwd;
}

test("a run that was trained by a plugin's scheme is evaluated and exported without it, and nothing of it is loaded", async () => {
  const cwd = elsewhere();
  for (const args of [
    ["eval", "runs/whole"],
    ["export", "runs/whole"],
  ]) {
    const { code, stderr } = await benn(args, { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
  expect(existsSync(mark)).toBe(false);
});

/** What needs the plugin: to go on training by its scheme, and to vote by its voter. */
const COMMANDS = [
  ["train", "--resume", "runs/cut"],
  ["train", "--resume", "runs/cut", "--set", "epochs=16"],
  ["verify", "runs/whole"],
  ["eval", "runs/voted"],
  ["export", "runs/voted"],
] as const;

/** Changes what a run says that it was made from. */
function edit(file: string, change: (config: Record<string, unknown>) => void): void {
  const experiment = JSON.parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  change(experiment.config);
  writeFileSync(file, JSON.stringify(experiment));
}

test.for(COMMANDS)("benn %s %s loads no file that experiment.json alone names, and says which to give", async (args) => {
  const cwd = elsewhere();
  cpSync(join(cwd, "runs/whole"), join(cwd, "runs/voted"), { recursive: true });
  edit(join(cwd, "runs/voted/experiment.json"), (config) => (config["voter"] = { name: "of the plugin" }));
  const { code, stdout, stderr } = await benn(args, { cwd });
  expect(stderr).toMatch(
    /^benn: run folder runs\/\w+: needs the plugin \S+marker\.ts of its experiment\.json, and .* add --plugin \S+marker\.ts, or/,
  );
  expect(stdout).toBe("");
  expect(code).toBe(2);
  expect(existsSync(mark)).toBe(false);
});

test.for(["./inside.ts", "runs/cut/inside.ts", "left-pad"])("nor %s, wherever it lies", async (plugin) => {
  const cwd = elsewhere();
  for (const path of ["inside.ts", "runs/cut/inside.ts"]) writeFileSync(join(cwd, path), source);
  edit(join(cwd, "runs/cut/experiment.json"), (config) => (config["plugins"] = [plugin]));
  expect((await benn(["train", "--resume", "runs/cut"], { cwd })).code).toBe(2);
  expect(existsSync(mark)).toBe(false);
});

test("the same file, or one of the same plugin at another place, goes in its stead when it is named", async () => {
  const cwd = elsewhere();
  expect((await benn(["eval", "runs/whole", "--plugin", join(home, "marker.ts")], { cwd })).code).toBe(0);
  mkdirSync(join(cwd, "mine"));
  writeFileSync(join(cwd, "mine/own.ts"), source);
  const own = ["--plugin", "./mine/own.ts"];
  for (const args of [
    ["eval", "runs/whole"],
    ["export", "runs/whole"],
    ["train", "--resume", "runs/cut"],
  ]) {
    const { code, stderr } = await benn([...args, ...own], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
});

test("benn.config.json of the project may name it", async () => {
  elsewhere();
  writeFileSync(join(home, "benn.config.json"), JSON.stringify({ plugins: ["./marker.ts"] }));
  expect((await benn(["eval", "runs/whole"], { cwd: home })).code).toBe(0);
  expect(existsSync(mark)).toBe(true);
});

test("to watch a run needs no plugin", async () => {
  const cwd = elsewhere();
  expect((await benn(["watch", "runs/whole"], { cwd })).stdout).toContain("marker");
  expect(existsSync(mark)).toBe(false);
});

test("a backend's package is not taken from the folder that experiment.json names", async () => {
  const cwd = elsewhere();
  const folder = join(home, "node_modules/@tensorflow/tfjs-node");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "@tensorflow/tfjs-node", main: "index.js" }));
  writeFileSync(join(folder, "index.js"), `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "")`);
  writeFileSync(join(cwd, "marker.ts"), source.replace(/writeFileSync\(.*\);\n/, ""));
  const file = join(cwd, "runs/whole/experiment.json");
  const experiment = JSON.parse(readFileSync(file, "utf8")) as { config: { backend: unknown } };
  experiment.config.backend = { name: "node", from: home };
  writeFileSync(file, JSON.stringify(experiment));
  for (const args of [
    ["eval", "runs/whole"],
    ["export", "runs/whole"],
    ["train", "--resume", "runs/whole"],
  ]) {
    const { code, stderr } = await benn([...args, "--plugin", "./marker.ts"], { cwd });
    expect(stderr).toContain("takes the backend's package from");
    expect(code).toBe(2);
  }
  expect(existsSync(mark)).toBe(false);
  expect((await benn(["eval", "runs/whole", "--plugin", "./marker.ts", "--backend", "wasm"], { cwd })).code).toBe(0);
});
