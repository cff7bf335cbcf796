// `pnpm example mixed` trains an example of the folder examples/: a configuration NAME.config.ts, or your own scheme NAME.ts.
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const names = globSync("examples/*.ts", { cwd: root })
  .filter((path) => !path.endsWith(".test.ts"))
  .map((path) => path.replace(/^examples[/\\]/, "").replace(/(?:\.config)?\.ts$/, ""))
  .toSorted();

const help = `pnpm example NAME [options of "benn train"]: trains an example.

  ${names.map((name) => `pnpm example ${name}`).join("\n  ")}
  pnpm example ${names[0]} --set epochs=2 --ui plain`;

const [name, ...options] = process.argv.slice(2);
if (name === undefined || name === "--help" || name === "-h") {
  console.log(help);
} else if (names.includes(name)) {
  const config = join("examples", `${name}.config.ts`);
  const args = existsSync(join(root, config)) ? [config] : ["--plugin", `./examples/${name}.ts`, "--set", `scheme=${name}`];
  // Settings of the example, then the user's: later ones win.
  const words = ["scripts/bootstrap.mjs", "benn", "train", ...args, ...options];
  process.exitCode = spawnSync(process.execPath, words, { cwd: root, stdio: "inherit" }).status ?? 130;
} else {
  console.error(`pnpm example: there is no example "${name}". Examples: ${names.join(", ")}.`);
  process.exitCode = 2;
}
