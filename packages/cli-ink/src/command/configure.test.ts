import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { PRESETS } from "@benn/core";
import { type ConfigRequest, configure, isAsked } from "./configure.ts";
import type { RunOrigin } from "./run-origin.ts";

const folder = mkdtempSync(join(tmpdir(), "benn-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** A plugin file that registers a preset of the plugin's name. */
const plugin = (file: string, name: string, config: object = {}): void =>
  writeFileSync(
    join(folder, file),
    `import { PRESETS } from "@benn/core";
     export default { name: "${name}", register: (c) => c.resolve(PRESETS).add("${name}", { description: "", create: () => (${JSON.stringify({ config })}) }) };`,
  );
const none = { settings: [], plugins: [] };
const read = async (request: ConfigRequest, ...rest: [string, RunOrigin?]) => (await configure(request, ...rest)).config;

test("without a file or a preset everything is default", async () => {
  expect(await read(none, folder)).toEqual({});
  expect(isAsked(none)).toBe(false);
});

test("settings come on top of --data and --backend, those on top of the preset", async () => {
  const config = await read(
    { preset: "demo", settings: ["members=2", "backend.name=other"], plugins: [], data: "d", backend: "cpu", parallel: "3" },
    folder,
  );
  expect(config).toMatchObject({
    parallel: 3,
    members: 2,
    dataset: { name: "cifar10", data: join(folder, "d") },
    backend: { name: "other" },
  });
});

test("--data is the folder of the data set that settings name, unless they name another folder", async () => {
  const datasetOf = async (...settings: string[]) => (await read({ ...none, settings, data: "d" }, folder)).dataset;
  const named = { name: "imagenet", data: join(folder, "d") };
  expect(await datasetOf("dataset=imagenet")).toEqual(named);
  expect(await datasetOf("dataset=cifar10", "epochs=2", "dataset=imagenet")).toEqual(named);
  expect(await datasetOf("dataset.name=imagenet")).toEqual(named);
  expect(await datasetOf("dataset=imagenet", "dataset.data=other")).toEqual({ ...named, data: join(folder, "other") });
});

test("a JSON file may name its schema, and its plugins begin at its folder", async () => {
  mkdirSync(join(folder, "inner"));
  plugin("inner/p.ts", "p");
  plugin("q.ts", "q");
  writeFileSync(join(folder, "inner/my.json"), JSON.stringify({ $schema: "./s.json", epochs: 3, plugins: ["./p.ts"] }));
  const { config, plugins } = await configure({ ...none, file: "inner/my.json", plugins: ["./q.ts"] }, folder);
  expect(config).toEqual({ epochs: 3, plugins: [join(folder, "inner/p.ts"), join(folder, "q.ts")] });
  expect(plugins).toEqual(config.plugins);
});

test("a preset of a plugin is found by its name, and the plugin goes with the configuration", async () => {
  plugin("mine.ts", "mine", { epochs: 7 });
  const { config } = await configure({ ...none, preset: "mine", plugins: ["./mine.ts"], settings: ["members=2"] }, folder);
  expect(config).toEqual({ epochs: 7, members: 2, plugins: [join(folder, "mine.ts")] });
});

test("plugins that a preset or a setting names are loaded too", async () => {
  plugin("other.ts", "other");
  plugin("first.ts", "first", { plugins: [join(folder, "other.ts")] });
  const byPreset = await configure({ ...none, preset: "first", plugins: ["./first.ts"] }, folder);
  expect(byPreset.container.resolve(PRESETS).names()).toEqual(expect.arrayContaining(["first", "other"]));
  expect(byPreset.config.plugins).toEqual([join(folder, "other.ts"), join(folder, "first.ts")]);
  const bySetting = await configure({ ...none, settings: ['plugins=["./other.ts"]'] }, folder);
  expect(bySetting.container.resolve(PRESETS).names()).toContain("other");
});

test("settings for a resumed run come on top of what it was made from", async () => {
  const config = { members: 3, epochs: 7 };
  const saved = { folder: "runs/a", config };
  expect(await read({ ...none, settings: ["epochs=9"] }, folder, saved)).toEqual({ ...config, epochs: 9 });
  expect(await read({ ...none, preset: "demo" }, folder, saved)).not.toHaveProperty("plugins");
  expect(isAsked({ ...none, backend: "cpu" })).toBe(true);
  expect(isAsked({ ...none, parallel: "2" })).toBe(true);
});

test("relative places begin at the configuration file, those of the command line where the user is", async () => {
  mkdirSync(join(folder, "elsewhere"));
  const loss = { name: "distillation", teacher: "runs/teacher" };
  const absolute = { ...loss, teacher: join(folder, "elsewhere/runs/teacher") };
  writeFileSync(
    join(folder, "elsewhere/c.json"),
    JSON.stringify({ dataset: { name: "cifar10", data: "pictures" }, init: "start", given: ["a", "/b"], loss, members: [{ loss }] }),
  );
  const file = "elsewhere/c.json";
  expect(await read({ ...none, file }, folder)).toEqual({
    dataset: { name: "cifar10", data: join(folder, "elsewhere/pictures") },
    init: join(folder, "elsewhere/start"),
    given: [join(folder, "elsewhere/a"), "/b"],
    loss: absolute,
    members: [{ loss: absolute }],
  });
  expect((await read({ ...none, settings: ["dataset.data=s3://bucket"] }, folder)).dataset).toMatchObject({ data: "s3://bucket" });
  for (const request of [{ settings: ["dataset.data=mine"] }, { data: "mine" }]) {
    const { dataset } = await read({ ...none, file, ...request }, folder);
    expect(dataset).toEqual({ name: "cifar10", data: join(folder, "mine") });
  }
});

test("a JSON file may begin with the mark that editors of Windows write", async () => {
  writeFileSync(join(folder, "mark.json"), '\uFEFF{"members":2,"epochs":1}');
  expect(await read({ ...none, file: "mark.json" }, folder)).toEqual({ members: 2, epochs: 1 });
});

test("mistakes are one sentence each", async () => {
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "list.json"), "[1]");
  writeFileSync(join(folder, "throws.mjs"), 'throw new Error("no cheese.")');
  writeFileSync(join(folder, "empty.mjs"), "export {}");
  const refusal = async (request: Partial<ConfigRequest>) => {
    const error = await read({ ...none, ...request }, folder).catch((error: unknown) => error as Error);
    return error instanceof Error ? `${error.name}: ${error.message}` : "none";
  };
  expect(await refusal({ file: "nowhere.ts" })).toMatch(/^UserError: configuration file .*nowhere\.ts: does not exist\. Check the path/);
  expect(await refusal({ file: "broken.json" })).toMatch(/broken\.json: is not JSON \(/);
  expect(await refusal({ file: "list.json" })).toMatch(/list\.json: gives \[1\]\. Write "export default defineConfig/);
  expect(await refusal({ file: "throws.mjs" })).toMatch(/throws\.mjs: cannot be read \(no cheese\)\./);
  expect(await refusal({ file: "empty.mjs" })).toMatch(/gives nothing/);
  expect(await refusal({ file: "a.ts", preset: "demo" })).toMatch(/--preset demo: does not go together with the configuration file a\.ts/);
  expect(await refusal({ preset: "demmo" })).toMatch(/preset "demmo" is unknown\. Did you mean "demo"\?/);
});
