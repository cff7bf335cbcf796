// Bundles the tarballs of @benn/packed and @benn/backend-wasm with the newest bundlers, and runs what comes out: in
// Node, Deno, Bun and Chromium. Every place must compute what Node computes without a bundler.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { openChromium } from "../e2e/chromium.ts";
import { packAll, serveTarballs } from "../e2e/loopback-registry.ts";

const root = dirname(import.meta.dirname);
const BUNDLERS = ["esbuild", "rollup", "@rollup/plugin-node-resolve", "vite", "webpack"];
const RUNTIMES: Readonly<Record<string, string>> = { deno: "@deno/linux-x64-glibc", bun: "@oven/bun-linux-x64" };
const SIDE = 32;

/** What each page and program computes: scores of one picture, which is a function of its pixels' places. */
const PICTURE = `Uint8ClampedArray.from({ length: ${4 * SIDE * SIDE} }, (_, i) => (i % 4 === 3 ? 255 : (i * 7919) % 256))`;
const SOURCES: Readonly<Record<string, string>> = {
  "program.js": `
    import { load } from "@benn/packed";
    const model = await load(globalThis.process.argv.at(-1));
    const picture = { width: ${SIDE}, height: ${SIDE}, data: ${PICTURE} };
    console.log(JSON.stringify([...model.predict(picture).scores]));`,
  "page.js": `
    import { load } from "@benn/packed";
    const scores = async () => {
      const model = await load("/model.benn");
      const data = new ImageData(${PICTURE}, ${SIDE}, ${SIDE});
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = ${SIDE};
      canvas.getContext("2d").putImageData(data, 0, 0);
      const image = new Image();
      image.src = canvas.toDataURL("image/png");
      await image.decode();
      const inputs = [data, canvas, image, await createImageBitmap(canvas), new VideoFrame(canvas, { timestamp: 0 })];
      return inputs.map((input) => [...model.predict(input).scores]);
    };
    globalThis.answer = scores();`,
  "engine.js": `
    import * as tf from "@benn/core/tensorflow";
    import { registerWasmBackend } from "@benn/backend-wasm";
    const sum = async () => {
      await registerWasmBackend({ threads: 2 });
      await tf.setBackend("benn-wasm");
      return [tf.getBackend(), await tf.matMul(tf.ones([8, 16]), tf.fill([16, 4], 0.5)).sum().data().then((x) => x[0])];
    };
    globalThis.answer = sum();`,
  "webpack.config.js": `
    import { join } from "node:path";
    const at = (name, target) => ({
      mode: "production", target, name: name + target, entry: "./" + name + ".js", experiments: { outputModule: true },
      output: { path: join(import.meta.dirname, "webpack-" + name), filename: name + ".js", module: true, publicPath: "auto" },
    });
    export default [at("program", "node"), at("page", "web"), at("engine", "web")];`,
  "rollup.config.js": `
    import resolve from "@rollup/plugin-node-resolve";
    const at = (name) => ({ input: name + ".js", output: { dir: "rollup-" + name, format: "es" }, plugins: [resolve({ browser: name === "page" })], onwarn(warning) { throw new Error(warning.message); } });
    export default [at("program"), at("page")];`,
};

const home = mkdtempSync(join(tmpdir(), "benn-bundles-"));
const failures: string[] = [];
const told = (what: string, problem?: Error | string): void => {
  if (problem === undefined) return console.log(`${what}: same answers`);
  failures.push(what);
  console.log(`${what}: ${problem instanceof Error ? problem.message : problem}`);
};

async function run(command: string, args: readonly string[]): Promise<string> {
  const PATH = `${join(home, "node_modules/.bin")}:${process.env["PATH"]}`;
  const child = spawn(command, args, { cwd: home, env: { ...process.env, PATH, NODE_OPTIONS: "" }, stdio: ["ignore", "pipe", "pipe"] });
  let [out, error] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (error += bytes.toString()));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${code}\n${out}${error}`);
  return out;
}

const paths = ["packed", "core", "backend-wasm"].map((name) => `./packages/${name}`);
const registry = await serveTarballs(
  packAll(root, mkdtempSync(join(home, "tarballs-")), paths),
  execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8", cwd: home }).trim(),
);
writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, type: "module" }));
for (const [name, text] of Object.entries(SOURCES)) writeFileSync(join(home, name), text);
cpSync(join(root, "examples/browser/public/model.benn"), join(home, "model.benn"));
const runtimes = process.platform === "linux" && process.arch === "x64" ? Object.values(RUNTIMES) : [];
const wanted = ["@benn/packed", "@benn/core", "@benn/backend-wasm", ...BUNDLERS, "webpack-cli", ...runtimes];
await run("npm", ["install", `--registry=${registry.url}`, "--no-audit", "--no-fund", ...wanted]);
registry.close();

const expected = (await run(process.execPath, ["program.js", "model.benn"])).trim();
const bundle: Readonly<Record<string, () => Promise<unknown>>> = {
  async esbuild() {
    await run("esbuild", ["program.js", "--bundle", "--format=esm", "--platform=node", "--outdir=esbuild-program"]);
    await run("esbuild", ["page.js", "engine.js", "--bundle", "--format=esm", "--outdir=esbuild-page"]);
    cpSync(join(home, "esbuild-page/engine.js"), join(home, "esbuild-engine/dist/engine.js"));
    // esbuild leaves addresses beside a module alone: these folders lie beside the bundle's.
    for (const part of ["wasm", "thread"])
      cpSync(join(home, "node_modules/@benn/backend-wasm", part), join(home, "esbuild-engine", part), { recursive: true });
  },
  webpack: () => run("webpack", ["--config", "webpack.config.js"]),
  rollup: () => run("rollup", ["-c", "rollup.config.js"]),
  async vite() {
    for (const name of ["page", "engine"]) {
      mkdirSync(join(home, `src-${name}`), { recursive: true });
      writeFileSync(join(home, `src-${name}/index.html`), `<!doctype html><script type="module" src="../${name}.js"></script>`);
      await run("vite", ["build", `src-${name}`, "--outDir", `../vite-${name}`, "--base", "./"]);
    }
  },
};
for (const [name, build] of Object.entries(bundle)) await build().catch((error: unknown) => told(`${name}, bundling`, error as Error));

const programs = ["esbuild", "webpack", "rollup"].map(
  (name) => [`${name} for Node`, process.execPath, `${name}-program/program.js`] as const,
);
const [deno, bun] = Object.entries(RUNTIMES).map(([name, from]) => join(home, "node_modules", from, name === "bun" ? "bin/bun" : name));
for (const [name, command, ...args] of [
  ...programs,
  ["Deno", deno ?? "", "run", "--allow-read", "--allow-env", "program.js"] as const,
  ["Bun", bun ?? "", "program.js"] as const,
]) {
  if (!existsSync(command)) {
    console.log(`${name}: not run, there is none for ${process.platform}-${process.arch} here`);
    continue;
  }
  try {
    const answer = (await run(command, [...args, "model.benn"])).trim();
    told(name, answer === expected ? undefined : `answered ${answer.slice(0, 200)}`);
  } catch (error) {
    told(name, error as Error);
  }
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const server = createServer(({ url = "/" }, response) => {
  const path = join(home, decodeURIComponent(new URL(url, "http://x").pathname));
  response.setHeader("cross-origin-opener-policy", "same-origin").setHeader("cross-origin-embedder-policy", "require-corp");
  response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
  if (existsSync(path) && extname(path)) response.end(readFileSync(path));
  else response.writeHead(404).end();
});
await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const page = (name: string, script: string, head = "") => {
  writeFileSync(join(home, `${name}.html`), `<!doctype html>${head}<script type="module" src="${script}"></script>`);
  return `${name}.html`;
};
const importMap = `<script type="importmap">{ "imports": { "@benn/packed": "/node_modules/@benn/packed/dist/index.js" } }</script>`;
const pages: readonly (readonly [string, string, "page" | "engine"])[] = [
  ["an import map", page("import-map", "/page.js", importMap), "page"],
  ["vite", "vite-page/index.html", "page"],
  ["esbuild", page("esbuild", "/esbuild-page/page.js"), "page"],
  ["webpack", page("webpack", "/webpack-page/page.js"), "page"],
  ["rollup", page("rollup", "/rollup-page/page.js"), "page"],
  ["vite, the training engine", "vite-engine/index.html", "engine"],
  ["esbuild, the training engine", page("esbuild-engine-page", "/esbuild-engine/dist/engine.js"), "engine"],
  ["webpack, the training engine", page("webpack-engine-page", "/webpack-engine/engine.js"), "engine"],
];
const browser = await openChromium();
try {
  for (const [name, path, kind] of pages) {
    const tab = await browser.newPage();
    const said: string[] = [];
    tab.on("console", (message) => void said.push(message.text()));
    tab.on("pageerror", (error) => void said.push(error.message));
    try {
      await tab.goto(`${origin}/${path}`);
      await tab.waitForFunction("globalThis.answer !== undefined", undefined, { timeout: 60_000 });
      const answer = await tab.evaluate<unknown[]>("globalThis.answer");
      const isRight =
        kind === "page" ? answer.every((scores) => JSON.stringify(scores) === expected) : JSON.stringify(answer) === `["benn-wasm",256]`;
      told(`${name} in Chromium`, isRight ? undefined : `answered ${JSON.stringify(answer).slice(0, 300)}`);
    } catch (error) {
      told(`${name} in Chromium`, `${error instanceof Error ? error.message.split("\n")[0] : String(error)} ${said.join(" ")}`);
    }
    await tab.close();
  }
} finally {
  await browser.close();
  server.close();
}
if (failures.length === 0) rmSync(home, { recursive: true, force: true });
else console.error(`Look in ${home}.`);
process.exitCode = failures.length > 0 ? 1 : 0;
