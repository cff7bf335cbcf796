// The code in READMEs runs unchanged, in its package, like a user's.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);

test.for([
  ["binarize", ""],
  ["data-cifar", "3600 400 1000"],
  ["data-kit", "6 2 standardize"],
  ["ensemble-bagging", "rows: Int32Array(6)"],
  ["ensemble-boost", "alpha: 1.64"],
  ["ensemble-deep", "rows: Int32Array(6) [ 0, 1, 2, 3, 4, 5 ]"],
  ["ensemble-snapshot", "0.1\n0.05"],
  ["ensemble-samme-r", "alpha: 1"],
  ["ensemble-gradient", "0.69"],
  ["ensemble-negative-correlation", "true"],
  ["vote", "Float64Array(3)"],
  ["optimizers", "0.905"],
  ["schedules", "0.005868"],
  ["losses", "0.0126928"],
] as const)("the example of packages/%s runs", ([name, prints]) => {
  const [code = ""] = codeOf(`packages/${name}/README.md`);
  expect(run(code, name)).toContain(prints);
});

test.for(["README.md", "docs/plugins.md"])("the boosting scheme of %s gives a weak member among ten classes a vote", (page) => {
  const code = codeOf(page).find((block) => block.includes('"my-boost"')) ?? "";
  const round = "{ sampleWeights: Float64Array.of(1, 2), wrong: Uint8Array.of(1, 0), error: 0.8, classes: 10 }";
  const ask = `
    import { createContainer } from "@benn/core";
    const container = createContainer();
    await plugin.register(container);
    const { alpha, sampleWeights } = container.resolve(SCHEMES).create("my-boost").next(${round});
    console.log(alpha > 0, String(sampleWeights));`;
  expect(run(code.replace("export default", "const plugin =") + ask, "core")).toBe("true 2,2\n");
});

/** The blocks of TypeScript of a page. */
function codeOf(page: string): string[] {
  return [...readFileSync(join(root, page), "utf8").matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
}

/** @returns what the code prints in a package */
function run(code: string, name: string): string {
  expect(code).not.toBe("");
  const args = ["--conditions=source", "--input-type=module-typescript", "--eval", code];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: join(root, "packages", name), encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stdout;
}
