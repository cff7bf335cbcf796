// What someone meets who writes a plugin in a folder outside the repository.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KINDS } from "../packages/create-benn/src/kinds.ts";
import { beforeAll, expect, test } from "vitest";
import { benn, newFolder, root, runNode } from "./benn.ts";
import { quick } from "./quick.ts";

const cwd = newFolder();
const kinds = Object.keys(KINDS);

beforeAll(async () => {
  for (const kind of kinds) {
    const { code, stdout, stderr } = await benn(["new", kind, `own-${kind}`], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain(`Made ${join(cwd, `own-${kind}`)}. Next:\n  cd own-${kind}\n  npm install\n  npm test\n`);
  }
});

interface Checked {
  readonly parts: { readonly key: string; readonly name: string; readonly passed: number; readonly broken: { readonly rule: string }[] }[];
}

test("each new plugin passes its conformance tests by benn check, without a test runner", async () => {
  writeFileSync(
    join(cwd, "all.ts"),
    `${kinds.map((kind, i) => `import plugin${i} from "./own-${kind}/src/index.ts";`).join("\n")}
const all = [${kinds.map((_, i) => `plugin${i}`).join(", ")}];
export default { name: "all", register: async (container: never) => { for (const plugin of all) await plugin.register(container); } };
`,
  );
  const { code, stdout, stderr } = await benn(["check", "./all.ts", "--json"], { cwd });
  expect(stderr).toBe("");
  const { parts } = JSON.parse(stdout) as Checked;
  expect(parts.flatMap(({ broken }) => broken)).toEqual([]);
  expect(code).toBe(0);
  expect(parts.map(({ name }) => name).toSorted()).toEqual(kinds.map((kind) => `own-${kind}`).toSorted());
  for (const { passed } of parts) expect(passed).toBeGreaterThanOrEqual(3);
});

test("and by vitest, as its own npm test runs them", async () => {
  const modules = join(cwd, "node_modules");
  mkdirSync(join(modules, "@benn"), { recursive: true });
  for (const name of ["core", "binarize", "data-kit"]) symlinkSync(join(root, "packages", name), join(modules, "@benn", name));
  symlinkSync(join(root, "node_modules/vitest"), join(modules, "vitest"));
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const run = await runNode(
    [vitest, "run", "--no-isolate", "--reporter=json", "--outputFile=report.json", ...kinds.map((kind) => `own-${kind}/src`)],
    {
      cwd,
    },
  );
  const report = JSON.parse(readFileSync(join(cwd, "report.json"), "utf8")) as { numPassedTests: number; numFailedTests: number };
  expect(report.numFailedTests, run.stdout).toBe(0);
  expect(report.numPassedTests).toBeGreaterThan(70);
  expect(run.code).toBe(0);
});

test("benn check tells each rule that a plugin breaks and how, and what it does not check", async () => {
  writeFileSync(
    join(cwd, "broken.ts"),
    `import { definePlugin, METRICS, PRESETS, VOTERS, z } from "@benn/core";
export default definePlugin({
  name: "broken",
  register(container) {
    container.resolve(VOTERS).add("first-member", { description: "", create: () => ({ vote: ({ logits }) => Float64Array.from(logits[0] ?? []) }) });
    container.resolve(METRICS).add("scaled", {
      description: "",
      options: z.object({ factor: z.number() }),
      create: ({ factor }) => ({ title: "scaled", unit: "", better: "higher", of: (_, labels) => labels.length === 0 ? NaN : factor }),
    });
    container.resolve(PRESETS).add("mine", { description: "", create: () => ({ config: {} }) });
  },
});
`,
  );
  const { code, stdout } = await benn(["check", "./broken.ts", "--set", "scaled.factor=2"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain("✗ voter first-member: 5 of 6 rules\n    ✗ does not care in which order the members come\n");
  expect(stdout).toContain("✗ metrics scaled: 4 of 5 rules\n    ✗ is better for scores that know the labels");
  expect(stdout).toContain("- presets mine\n    There are no conformance tests for presets.\n");
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  const without = await benn(["check", "./broken.ts"], { cwd });
  expect(without.stderr).toContain('is missing; metric "scaled" needs it');
  const other = await benn(["check", "./broken.ts", "--set", "scaled.factor=2", "other.x=1"], { cwd });
  expect(other.stderr).toContain("--set other: the plugin registers nothing of that name, but");
  expect([without.code, other.code]).toEqual([2, 2]);
});

test("a folder loads as a plugin, without a build; a run by it opens on a machine that has no such folder", async () => {
  const { code, stderr } = await benn(
    ["train", "--plugin", "./own-scheme", "--set", ...quick.slice(1), "scheme=own-scheme", "epochs=1", "name=mine"],
    { cwd },
  );
  expect(stderr).toBe("");
  expect(code).toBe(0);
  rmSync(join(cwd, "own-scheme"), { recursive: true });
  expect((await benn(["eval", "runs/mine"], { cwd })).code).toBe(0);
  const exported = await benn(["export", "runs/mine"], { cwd });
  expect(exported.stderr).toBe("");
  expect(readdirSync(cwd)).toContain("mine.benn");
  mkdirSync(join(cwd, "empty"));
  const none = await benn(["plugins", "--plugin", "./empty"], { cwd });
  expect(none.stderr).toContain("empty has neither src/index.ts nor");
});

test("one broken plugin of the project's does not stop benn plugins, which names it", async () => {
  const project = newFolder();
  const folder = join(project, "node_modules/benn-plugin-broken");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ dependencies: { "benn-plugin-broken": "1.0.0" } }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "benn-plugin-broken", main: "index.js", keywords: ["benn-plugin"] }));
  writeFileSync(join(folder, "index.js"), 'throw new Error("out of order");');
  const fault = "plugin benn-plugin-broken: it throws when it is imported (out of order).";
  const listed = await benn(["plugins"], { cwd: project });
  expect(listed.stderr).toContain(fault);
  expect(listed.stdout).toContain("softmax");
  expect(listed.code).toBe(0);
  const train = await benn(["train", "--dry-run"], { cwd: project });
  expect(train.stderr).toContain(fault);
  expect(train.code).toBe(2);
});
