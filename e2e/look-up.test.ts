// Commands that train nothing, and training from code.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { benn, bennWithoutTensorFlow, newFolder, root, runNode } from "./benn.ts";
import { quick } from "./quick.ts";

test.concurrent("--help lists the commands and gives examples, without a wait for TensorFlow.js", async () => {
  const { code, stdout, stderr } = await bennWithoutTensorFlow(["--help"], { cwd: newFolder() });
  expect(code).toBe(0);
  expect(stderr).toBe("");
  for (const word of ["train", "eval", "watch", "runs", "plugins", "presets", "schema", "Examples:", "$ benn train --preset demo"])
    expect(stdout).toContain(word);
  const train = await benn(["train", "--help"], { cwd: newFolder(), env: { BENN_COMMAND: "npm run benn --" } });
  for (const option of ["--preset", "--set", "--plugin", "--data", "--backend", "--out", "--resume", "--ui", "--dry-run"])
    expect(train.stdout).toContain(option);
  expect(train.stdout).toContain("$ npm run benn -- train --resume runs/NAME");
});

test.concurrent("--dry-run shows configuration, layers, sizes, memory and time of each kind of member, and writes nothing", async () => {
  const cwd = newFolder();
  const { code, stdout, stderr } = await benn(["train", join(root, "examples/mixed.config.ts"), "--dry-run"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  for (const net of ["Members 1, 2: nin width=0.125", "Members 3, 4: allbinnet width=0.125", "Members 5, 6: resnet20 width=0.5"])
    expect(stdout).toContain(net);
  for (const words of [/scheme .*shrinkage=0\.5/, /conv2 +32×32×12/, /M MACs/, /Memory of a training step/, /Time: about/])
    expect(stdout).toMatch(words);
  for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  const plan = JSON.parse((await benn(["train", join(root, "examples/mixed.config.ts"), "--dry-run", "--json"], { cwd })).stdout) as object;
  expect(plan).toMatchObject({
    config: { scheme: { shrinkage: 0.5 } },
    kinds: [{ summary: { layers: expect.arrayContaining([expect.objectContaining({ type: "BinaryConv2D" })]) } }, {}, {}],
    estimate: { backend: "wasm", seconds: expect.any(Number) },
  });
  expect(readdirSync(cwd)).toEqual([]);
});

test.concurrent("on a machine without a GPU --backend gpu says so in one sentence, with nothing of the library behind it", async () => {
  const { code, stderr } = await benn(["train", "--backend", "gpu", "--dry-run"], { cwd: newFolder() });
  expect([code, stderr]).toEqual(code === 0 ? [0, ""] : [2, expect.stringMatching(/^benn: backend webgpu: [^\n]+\n$/)]);
});

test.concurrent("plugins lists every name, also those of your own plugin", async () => {
  const { code, stdout } = await benn(["plugins", "--plugin", join(root, "examples/my-boost.ts")], { cwd: newFolder() });
  expect(code).toBe(0);
  for (const name of ["nin", "allbinnet", "resnet20", "deterministic", "stochastic", "none", "bagging", "samme, boost-d", "my-boost"])
    expect(stdout).toMatch(new RegExp(`^ {2}(?:[\\w-]+, )*${name}\\b`, "m"));
  for (const name of ["birealnet18", "vgg-small", "deep-ensemble", "approx-sign", "ede", "rsign", "recu", "adabin"])
    expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  for (const name of ["hard", "soft", "softmax", "cifar10", "wasm", "adam", "steps", "cross-entropy", "top5", "demo", "allbinnet"])
    expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  const json = await benn(["plugins", "--json"], { cwd: newFolder() });
  expect((JSON.parse(json.stdout) as { name: string }[]).map(({ name }) => name)).toContain("samme");
});

test.concurrent("a plugin is found in the dependencies of the project", async () => {
  const cwd = newFolder();
  const plugin = 'export default { name: "found", register() { throw new Error("it was found"); } };';
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ dependencies: { "benn-plugin-found": "1" } }));
  await runNode(
    [
      "-e",
      `const fs = require("node:fs"), at = "node_modules/benn-plugin-found"; fs.mkdirSync(at, { recursive: true });
    fs.writeFileSync(at + "/package.json", JSON.stringify({ name: "benn-plugin-found", type: "module", main: "index.js", keywords: ["benn-plugin"] }));
    fs.writeFileSync(at + "/index.js", ${JSON.stringify(plugin)})`,
    ],
    { cwd },
  );
  expect((await benn(["plugins"], { cwd })).stderr).toContain(
    "plugin found (from benn-plugin-found): throws when it registers (it was found)",
  );
});

test.concurrent("bench prints images/s of a recipe as JSON, or the kernels of its step as a table, and writes nothing", async () => {
  const cwd = newFolder();
  const narrow = ["--preset", "cifar10-sb-bagging-seq", "--set", "architecture.width=0.03125", "batchSize=4", "--threads", "1"];
  const speeds = await benn(["bench", ...narrow, "--steps", "2", "--rounds", "2", "--json"], { cwd });
  expect(speeds.stderr).toBe("");
  expect(speeds.code).toBe(0);
  expect(JSON.parse(speeds.stdout)).toMatchObject({
    backend: "wasm threads=1",
    batchSize: 4,
    training: { rounds: 2, steps: 2, imagesPerSecond: expect.any(Number) },
    evaluation: { rounds: 2, steps: 2, imagesPerSecond: expect.any(Number) },
  });
  const profile = await benn(["bench", ...narrow, "--steps", "1", "--profile", "--rows", "200"], { cwd });
  expect(profile.stderr).toBe("");
  expect(profile.code).toBe(0);
  for (const words of [/^A step of training: /m, /^BinaryConv2DGrad +binaryKernelGrad +5 /m, /^AdamStep /m])
    expect(profile.stdout).toMatch(words);
  expect(readdirSync(cwd)).toEqual([]);
});

test.concurrent("the JSON schema knows the options of everything registered", async () => {
  const { code, stdout } = await benn(["schema"], { cwd: newFolder() });
  expect(code).toBe(0);
  const schema = JSON.parse(stdout) as { properties: Record<string, unknown>; $defs: Record<string, { anyOf: unknown[] }> };
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(["$schema", "members", "epochs", "scheme"]));
  expect(JSON.stringify(schema.$defs["scheme"])).toContain("shrinkage");
  expect(schema.properties).toMatchObject({
    dataset: { default: "cifar10" },
    optimizer: { default: "adam" },
    backend: { default: "wasm" },
  });
});

test.concurrent("help fits 80 columns", async () => {
  const cwd = newFolder();
  const { stdout } = await benn(["--help"], { cwd });
  const commands = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
  expect(commands).toEqual(expect.arrayContaining(["train", "eval", "presets"]));
  const helps = await Promise.all(commands.map((name) => benn([name, "--help"], { cwd })));
  for (const line of [stdout, ...helps.map((help) => help.stdout)].flatMap((text) => text.split("\n")))
    expect(line.length, line).toBeLessThanOrEqual(80);
});

test.concurrent("presets lists the demo and every recipe of the reference for CIFAR-10", async () => {
  const { code, stdout } = await benn(["presets"], { cwd: newFolder() });
  expect(code).toBe(0);
  expect(stdout.match(/^cifar10-(?:ab|sb)-/gm)).toHaveLength(13);
  expect(stdout).toMatch(/^demo /m);
  const one = await benn(["presets", "cifar10-ab-bagging-seq"], { cwd: newFolder() });
  expect(one.stdout).toContain("Published: one member 67.35 %, the ensemble 81.32 %; from member 20 on");
  expect(one.stdout).toMatch(/^ {2}architecture +allbinnet/m);
  const wrong = await benn(["presets", "dmeo"], { cwd: newFolder() });
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/^benn: preset "dmeo" is unknown\. Did you mean "demo"\?/)]);
});

test.concurrent("a plugin of your own brings presets and metrics: listed, planned, trained, scored and shown", async () => {
  const cwd = newFolder();
  writeFileSync(
    join(cwd, "mine.ts"),
    `import { definePlugin, METRICS, PRESETS } from "@benn/core";
     const confidence = (scores: Float32Array | Float64Array, labels: Int32Array) =>
       labels.reduce((sum, label, row) => sum + (scores[(row * scores.length) / labels.length + label] ?? 0), 0) / labels.length;
     const metric = { title: "label score", unit: "units", better: "lower" as const, of: confidence };
     const config = {
       dataset: { name: "cifar10", trainRows: 60, testRows: 30 }, architecture: { name: "nin", width: 0.0625 },
       members: 2, epochs: 1, batchSize: 30, metrics: ["accuracy", "label-score"], name: "mine",
     };
     export default definePlugin({
       name: "mine",
       register(container) {
         container.resolve(METRICS).add("label-score", { description: "", create: () => metric });
         container.resolve(PRESETS).add("mine", { description: "my own preset", create: () => ({ config }) });
       },
     });`,
  );
  const plugin = ["--plugin", "./mine.ts"];
  expect((await benn(["presets", ...plugin], { cwd })).stdout).toMatch(/^mine +my own preset$/m);
  const planned = await benn(["train", ...plugin, "--preset", "mine", "--dry-run"], { cwd });
  expect(planned.stderr).toBe("");
  expect(planned.stdout).toMatch(/metrics +accuracy, label-score/);
  const trained = await benn(["train", ...plugin, "--preset", "mine", "--set", "listeners=tensorboard", "--ui", "plain"], { cwd });
  expect(trained.stderr).toBe("");
  expect(trained.stdout).toMatch(/^member 1\/2 done: .*; label score [−\d.]+ units train, [−\d.]+ units test; ε/m);
  expect(trained.stdout).toMatch(/^vote of 2: accuracy .*; label score [−\d.]+ units \(soft\), single members/m);
  expect(trained.stdout).toMatch(/^Test label score of the soft vote of 2 members: /m);
  expect(readFileSync(join(cwd, "runs/mine/tensorboard/ensemble/events.out.tfevents.benn"), "latin1")).toContain(
    "vote/test_label-score/soft",
  );
  const scored = await benn(["eval", "runs/mine", ...plugin], { cwd });
  expect(scored.stderr).toBe("");
  expect(scored.stdout).toMatch(/^ {2}label score units +[−\d.]+ +[−\d.]+ +[−\d.]+$/m);
  expect((await benn(["watch", "runs/mine", "--ui", "plain"], { cwd })).stdout).toContain("label score");
});

test("train(config) from code is a stream of the same events", async () => {
  const cwd = newFolder();
  const config = { name: "code", members: 1, epochs: 1, batchSize: 40, architecture: { name: "nin", width: 0.0625 } };
  const dataset = { name: "cifar10", trainRows: 120, testRows: 60 };
  writeFileSync(
    join(cwd, "main.mjs"),
    `import { train } from ${JSON.stringify(pathToFileURL(join(root, "packages/cli-ink/dist/index.js")).href)};
     const types = [];
     for await (const event of train(${JSON.stringify({ ...config, dataset })})) if (event.type !== "progress") types.push(event.type);
     console.log(JSON.stringify([types[0], types.at(-2), types.at(-1)]));`,
  );
  const { code, stdout, stderr } = await runNode(["main.mjs"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(["run-start", "staged", "run-end"]);
  expect(existsSync(join(cwd, "runs/code/members/000/weights.bin"))).toBe(true);
});

test("a run shown again at any speed ends with its table, and eval says the same in words", async () => {
  const cwd = newFolder();
  expect((await benn(["train", ...quick, "name=again"], { cwd })).code).toBe(0);
  const replay = await benn(["watch", "runs/again", "--speed", "1000"], { cwd });
  expect(replay.stderr).toBe("");
  expect(replay.code).toBe(0);
  expect(replay.stdout).toMatch(/^member 2\/2 epoch 2\/2: loss /m);
  expect(replay.stdout).toMatch(/^ +2( +\d+\.\d){5}$/m);
  const evaluation = await benn(["eval", "runs/again", "--again"], { cwd });
  expect(evaluation.code).toBe(0);
  expect(evaluation.stdout).toContain("Every member gives every image the class that was stored when it was trained.");
  const [, , test, , ...others] = /^ +2 +\d.*\]( +\d+\.\d){2}$/m.exec(evaluation.stdout)?.[0].trim().split(/ {2,}/) ?? [];
  expect(/^ +2( +\d+\.\d){5}$/m.exec(replay.stdout)?.[0].trim().split(/ +/).slice(3)).toEqual([test, ...others]);
});
