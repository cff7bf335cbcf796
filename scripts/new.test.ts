import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const copy = mkdtempSync(join(tmpdir(), "benn-new-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

// A copy of the repository with what a new package touches; the rest is linked.
for (const name of ["package.json", "pnpm-workspace.yaml", "tsconfig.json", "scripts/new.ts"]) {
  cpSync(join(root, name), join(copy, name));
}
for (const name of ["ensemble-bagging", "ensemble-boost", "vote"]) {
  cpSync(join(root, "packages", name), join(copy, "packages", name), {
    recursive: true,
    filter: (path) => !/node_modules|dist/.test(path),
  });
}
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

const fromSource = '{ resolve: { conditions: ["source"], externalConditions: ["source"] } }';
writeFileSync(join(copy, "vitest.config.mjs"), `export default { ssr: ${fromSource} };`);

const node = (...args: string[]) => spawnSync(process.execPath, ["--conditions=source", ...args], { cwd: copy, encoding: "utf8" });
const create = (...words: string[]) => node("scripts/new.ts", ...words, "--no-install");
const vitest = join(root, "node_modules/vitest/vitest.mjs");

test.for<[string, string, string[], RegExp]>([
  ["scheme", "my-boost", ["index.ts", "my-boost.test.ts", "my-boost.ts"], /export const myBoost: EnsembleScheme/],
  ["voter", "loud-vote", ["index.ts", "loud-vote.test.ts", "loud-vote.ts"], /export const loudVote: Voter/],
])("a new %s is a package of its own, whose tests pass", ([kind, name, files, exported]) => {
  const { status, stdout, stderr } = create(kind, name);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toContain(`--set ${kind}=${name}`);
  const folder = join(copy, "packages", name);
  expect(readdirSync(join(folder, "src")).toSorted()).toEqual(files);
  expect(readFileSync(join(folder, "src", `${name}.ts`), "utf8")).toMatch(exported);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  expect(manifest).toMatchObject({ name: `@benn/${name}`, repository: { directory: `packages/${name}` } });
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  for (const left of ["bagging", "hard", "softmax"]) expect(readme).not.toContain(`\`${left}\``);
  expect(readme).toContain(`| \`${name}\` `);

  mkdirSync(join(folder, "node_modules/@benn"), { recursive: true }); // what pnpm install does
  symlinkSync(join(root, "packages/core"), join(folder, "node_modules/@benn/core"));
  const tests = node(vitest, "run", "--reporter=json", "--outputFile=report.json", `packages/${name}/`);
  expect(tests.stderr).toBe("");
  const report = JSON.parse(readFileSync(join(copy, "report.json"), "utf8")) as { success: boolean; numPassedTests: number };
  expect(report.success).toBe(true);
  expect(report.numPassedTests).toBeGreaterThan(5);
});

test.for<[string, string[], RegExp]>([
  ["without a name", ["scheme"], /expected a kind and a name, got "scheme"/],
  ["of an unknown kind", ["sceme", "my-boost-2"], /there is no kind "sceme"\. Kinds: scheme, voter/],
  [
    "of a kind without a small example",
    ["dataset", "my-data"],
    /no package of kind dataset is small enough to copy\. Start from packages\/data-cifar/,
  ],
  [
    "of a kind that core has an example of",
    ["metric", "my-metric"],
    /Start from packages\/core\/src\/built-in\/metrics\.ts and testMetric/,
  ],
  ["with a name of one word", ["scheme", "class"], /"class" is not a name for a package/],
  ["with a name that climbs out", ["scheme", "../my-boost"], /"\.\.\/my-boost" is not a name/],
  ["with the name of a package", ["scheme", "ensemble-boost"], /packages\/ensemble-boost is there already/],
  ["with a name that is registered", ["scheme", "boost-a"], /"boost-a" is registered in packages\/ensemble-boost\/src\/index\.ts/],
  ["with an option that is not known", ["scheme", "my-boost-2", "--nstall"], /--nstall/],
])("a package %s is refused in a sentence, and nothing is written", ([, words, message]) => {
  const before = readdirSync(join(copy, "packages"));
  const { status, stderr } = create(...words);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(status).toBe(2);
  expect(readdirSync(join(copy, "packages"))).toEqual(before);
});

test("--help shows both kinds and changes nothing", () => {
  const { status, stdout } = create("--help");
  expect(status).toBe(0);
  expect(stdout).toContain("pnpm new scheme my-boost");
  expect(stdout).toContain("pnpm new voter my-vote");
  expect(existsSync(join(copy, "packages/--help"))).toBe(false);
});
