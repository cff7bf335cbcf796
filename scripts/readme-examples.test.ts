// The code that the packages' READMEs begin with runs as it stands there, in the package, as a user's would.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);

test.for([
  ["binarize", ""],
  ["data-cifar", "3600 400 1000"],
  ["ensemble-bagging", "rows: Int32Array(6)"],
  ["ensemble-boost", "alpha: 1.64"],
  ["vote", "Float64Array(3)"],
] as const)("the example of packages/%s runs", ([name, prints]) => {
  const cwd = join(root, "packages", name);
  const [, code = ""] = /```ts\n(.*?)```/s.exec(readFileSync(join(cwd, "README.md"), "utf8")) ?? [];
  expect(code).not.toBe("");
  const args = ["--conditions=source", "--input-type=module-typescript", "--eval", code];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  expect(stdout).toContain(prints);
});
