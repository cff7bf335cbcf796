// Builds one package: run in its folder (turbo does, in the order of dependencies). Options come from the root tsconfig.json, so that a
// package needs no configuration of its own.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const compiler = join(dirname(createRequire(join(root, "package.json")).resolve("typescript/package.json")), "bin", "tsc");
const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8").replace(/^\s*\/\/.*$/gm, ""));
const { noEmit: _noEmit, customConditions: _fromSource, types: _types, ...options } = compilerOptions;
const flags = Object.entries(options).flatMap(([key, value]) => [`--${key}`, Array.isArray(value) ? value.join(",") : String(value)]);
const files = globSync("src/**/*.{ts,tsx}").filter((file) => !/\.test\.tsx?$/.test(file));

if (existsSync("src/kernels")) await import("./list-kernels.mjs").then(({ writeLists }) => writeLists());
rmSync("dist", { recursive: true, force: true });
const run = (command, args) => {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};
run(process.execPath, [compiler, "--ignoreConfig", "--rootDir", "src", "--outDir", "dist", "--types", "node", ...flags, ...files]);
if (existsSync("assembly/build.mjs")) run(process.execPath, ["assembly/build.mjs"]);
