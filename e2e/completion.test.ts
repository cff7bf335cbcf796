// The script of `benn completion bash`, in a real bash.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newFolder } from "./benn.ts";
import { command } from "./terminal.ts";

test("bash completes commands, options, presets, registered names, keys and run folders, and runs nothing of the line", () => {
  const cwd = newFolder();
  mkdirSync(join(cwd, "runs/mine"), { recursive: true });
  writeFileSync(join(cwd, "runs/mine/experiment.json"), "{}");
  const lines = [
    "benn train --preset cifar10-sb-boost-d",
    "benn train --backend g",
    "benn train --set archi",
    "benn eval runs/m",
    "benn eval $(touch ran) ",
  ];
  // Bash sets these when a key is pressed; compopt works only there.
  // No command is called benn here: as in a checkout, the script defines it.
  const script = `
    compopt() { [[ $* != "-o nospace" ]] || echo "goes on:"; }
    source <(BENN_COMMAND="npm run benn --" ${command} completion bash)
    for line in "$@"; do
      COMP_LINE=$line COMP_POINT=\${#line}; COMPREPLY=()
      _benn_completion
      printf '%s\\n' "$line: \${COMPREPLY[*]}"
    done`;
  const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-c", script, "bash", ...lines], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, XDG_CACHE_HOME: join(cwd, "cache") },
  });
  expect([stderr, status]).toEqual(["", 0]);
  expect(stdout.trim().split("\n")).toEqual([
    "benn train --preset cifar10-sb-boost-d: cifar10-sb-boost-d-seq",
    "benn train --backend g: gpu",
    "goes on:",
    "benn train --set archi: architecture=",
    "benn eval runs/m: runs/mine",
    "benn eval $(touch ran) :",
  ]);
  expect(existsSync(join(cwd, "ran"))).toBe(false);
});
