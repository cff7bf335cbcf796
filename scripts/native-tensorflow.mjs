// `node scripts/native-tensorflow.mjs check`: TensorFlow's own library under @benn/backend-node, for machines on which tfjs-node's install
// script cannot download it. The library and its C headers come from a wheel on PyPI, the binding's sources and N-API's headers from npm;
// writes only to one folder. Run by hand, on Linux: docs/backends.md says where it was run and with what results.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checks } from "./native-checks.mjs";

const TFJS_NODE = "4.22.0";
const TENSORFLOW = "2.21.0";
const NODE = "22.23.5";
const NODE_API_HEADERS = "1.9.0";

const HELP = `TensorFlow's own library under the backends "node" and "node-gpu".

Usage: node scripts/native-tensorflow.mjs [options] build | check [NAME...] | run COMMAND...

  build            fetch the library, the headers and Node ${NODE}, and build the binding, where that is not done
  check [NAME...]  that, then all checks, or those named: ${Object.keys(checks).join(", ")}
  run COMMAND...   that, then a command which finds the package, on Node ${NODE}

Options:
  --folder DIR      for all of it, 1.6 GB (default: .toolchain/native-tensorflow)
  --gpu             tfjs-node-gpu with the library for CUDA instead, 2.6 GB
  --python COMMAND  a Python with pip, which fetches the wheel (default: python3)
  --node PATH       Node to run with instead of ${NODE}
  -h, --help        this text

Examples:
  $ node scripts/native-tensorflow.mjs check
  $ node scripts/native-tensorflow.mjs check exam golden
  $ node scripts/native-tensorflow.mjs run pnpm bench train --backend node --width 0.25
  $ node scripts/native-tensorflow.mjs --gpu check doctor

check ends with code 1 if any fails; the output of each is in DIR/checks.`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs to the end, or throws. @param {string} command @param {readonly string[]} args @param {import("node:child_process").SpawnSyncOptions} [options] */
function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
  if (error ?? status !== 0) throw new Error(`native-tensorflow: ${command} ${args[0]} … failed (${error?.message ?? `code ${status}`}).`);
}

/** Makes `folder` by `make`, once, aside until it is whole. @param {string} folder @param {(aside: string) => void} make */
function once(folder, make) {
  if (existsSync(folder)) return;
  console.error(`native-tensorflow: making ${folder}`);
  const aside = `${folder}.part`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  make(aside);
  renameSync(aside, folder);
}

/** @param {{ folder: string, gpu: boolean, python: string, node: string | undefined }} options */
function build({ folder, gpu, python, node }) {
  if (process.platform !== "linux") throw new Error("native-tensorflow: the wheels' library is linked on Linux only.");
  const edition = gpu ? "tfjs-node-gpu" : "tfjs-node";
  const wheelName = gpu || process.arch === "arm64" ? "tensorflow" : "tensorflow-cpu";
  const wheel = join(folder, `${wheelName}-${TENSORFLOW}`);
  once(wheel, (aside) => {
    const download = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", `--dest=${aside}`, `${wheelName}==${TENSORFLOW}`];
    run(python, download);
    const extract = `import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2], [n for n in wheel.namelist() if n.startswith("tensorflow/include/") or n.startswith("tensorflow/libtensorflow_")])`;
    const [file = ""] = globSync("*.whl", { cwd: aside });
    run(python, ["-c", extract, join(aside, file), aside]);
    rmSync(join(aside, file));
  });

  const home = join(folder, edition);
  once(home, (aside) => {
    writeFileSync(join(aside, "package.json"), '{ "private": true }\n');
    const packages = [`@tensorflow/${edition}@${TFJS_NODE}`, `node-api-headers@${NODE_API_HEADERS}`, `node-linux-${process.arch}@${NODE}`];
    // Without the package's script, which downloads a library that is not available everywhere.
    run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...packages], { cwd: aside });
    const sources = join(aside, "node_modules/@tensorflow", edition);
    const binding = join(aside, "tfjs_binding.node");
    const library = join(wheel, "tensorflow");
    const include = [sources, join(aside, "node_modules/node-api-headers/include"), join(library, "include")].flatMap((path) => [
      "-I",
      path,
    ]);
    const libraries = ["cc", "framework"].map((part) => `-l:libtensorflow_${part}.so.2`);
    const flags = ["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8", ...include];
    const link = [`-L${library}`, ...libraries, `-Wl,-rpath,${library}`];
    run("g++", [...flags, ...globSync(join(sources, "binding/*.cc")), ...link, "-o", binding]);
    // Where the package expects what it would have downloaded.
    mkdirSync(join(sources, "lib/napi-v8"), { recursive: true });
    symlinkSync("../../../../../tfjs_binding.node", join(sources, "lib/napi-v8/tfjs_binding.node"));
  });

  // TensorFlow.js must be benn's own copy, as npm installs it for a user of both.
  const scope = join(home, "node_modules/@tensorflow");
  for (const name of ["tfjs-core", "tfjs-layers", "tfjs-backend-cpu"]) {
    rmSync(join(scope, name), { recursive: true, force: true });
    symlinkSync(folderOf(name), join(scope, name));
  }
  const bin = node === undefined ? join(home, `node_modules/node-linux-${process.arch}/bin`) : dirname(realpathSync(node));
  return {
    edition,
    from: home,
    env: {
      ...process.env,
      NODE_PATH: join(home, "node_modules"),
      PATH: [bin, join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
    },
  };
}

/** The copy of a package of TensorFlow.js that the checkout runs. @param {string} name */
function folderOf(name) {
  const manifest = createRequire(join(root, "packages/core/package.json")).resolve(`@tensorflow/${name}/package.json`);
  return realpathSync(dirname(manifest));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  // What follows `run` is the command's own.
  args: process.argv.slice(2, process.argv.includes("run") ? process.argv.indexOf("run") + 1 : undefined),
  options: {
    folder: { type: "string", default: join(root, ".toolchain/native-tensorflow") },
    gpu: { type: "boolean", default: false },
    python: { type: "string", default: "python3" },
    node: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const [task, ...names] = positionals;
const unknown = names.filter((name) => !(name in checks));
if (values.help || !["build", "check", "run"].includes(task ?? "") || unknown.length > 0) {
  console[values.help ? "log" : "error"](HELP);
  process.exit(values.help ? 0 : 2);
}
const folder = resolve(values.folder);
const built = build({ folder, gpu: values.gpu, python: values.python, node: values.node });
if (task === "run") {
  const [command = "", ...args] = process.argv.slice(process.argv.indexOf("run") + 1);
  spawn(command, args, { stdio: "inherit", env: built.env }).on("close", (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
} else if (task === "check") {
  const logs = join(folder, "checks");
  mkdirSync(logs, { recursive: true });
  let failed = 0;
  for (const name of names.length > 0 ? names : Object.keys(checks)) {
    const startedAt = performance.now();
    const outcome = await checks[name]({ ...built, root, log: join(logs, `${name}.log`), work: join(folder, "work", name) });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    if (!outcome.ok) failed++;
    console.log(`${outcome.ok ? "✓" : "✗"} ${name.padEnd(8)} ${outcome.said}  (${seconds} s)`);
  }
  process.exitCode = failed > 0 ? 1 : 0;
}
