import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isAsked, readConfig } from "./read-config.ts";

const folder = mkdtempSync(join(tmpdir(), "benn-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const none = { settings: [], plugins: [] };

test("without a file or a preset everything is default", async () => {
  expect(await readConfig(none, folder)).toEqual({});
  expect(isAsked(none)).toBe(false);
});

test("settings come on top of --data and --backend, those on top of the preset", async () => {
  const config = await readConfig(
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

test("a JSON file may name its schema, and its plugins begin at its folder", async () => {
  writeFileSync(join(folder, "my.json"), JSON.stringify({ $schema: "./s.json", epochs: 3, plugins: ["./p.ts", "a-package"] }));
  expect(await readConfig({ ...none, file: "my.json", plugins: ["./q.ts"] }, folder)).toEqual({
    epochs: 3,
    plugins: [join(folder, "p.ts"), "a-package", join(folder, "q.ts")],
  });
});

test("settings for a resumed run come on top of what it was made from", async () => {
  const saved = { members: 3, epochs: 7, plugins: ["/p.ts"] };
  expect(await readConfig({ ...none, settings: ["epochs=9"] }, folder, saved)).toEqual({ ...saved, epochs: 9 });
  expect(await readConfig({ ...none, preset: "demo" }, folder, saved)).not.toHaveProperty("plugins");
  expect(isAsked({ ...none, backend: "cpu" })).toBe(true);
  expect(isAsked({ ...none, parallel: "2" })).toBe(true);
});

test("mistakes are one sentence each", async () => {
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "list.json"), "[1]");
  writeFileSync(join(folder, "throws.mjs"), 'throw new Error("no cheese.")');
  writeFileSync(join(folder, "empty.mjs"), "export {}");
  const refusal = async (request: Partial<Parameters<typeof readConfig>[0]>) => {
    const error = await readConfig({ ...none, ...request }, folder).catch((error: unknown) => error as Error);
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
