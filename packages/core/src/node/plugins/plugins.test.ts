// Plugins are loaded by Node itself, in a separate process: a test runner's import would hide how Node finds modules.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discoverPlugins } from "./discover-plugins.ts";

const folder = mkdtempSync(join(tmpdir(), "benn-plugins-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files: Record<string, string> = {
  // A scheme that uses everything of which there must be one copy.
  "good.ts": `
    import { definePlugin, resample, SCHEMES, UserError, type EnsembleScheme } from "@benn/core";
    import * as tf from "@tensorflow/tfjs";
    import * as tfCore from "@tensorflow/tfjs-core";
    import { Registry } from "@benn/core/node";
    const scheme: EnsembleScheme = {
      begin: ({ samples }) => new Float64Array(samples).fill(1),
      draw: ({ sampleWeights, samples, random }) => ({ kind: "rows", rows: resample(sampleWeights, samples, random("epoch")) }),
      next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
    };
    globalThis.seen = { Registry, UserError, tf, tensor: tfCore.Tensor };
    export default definePlugin({ name: "good", register: (container) => container.resolve(SCHEMES).add("good", { description: "", create: () => scheme }) });`,
  "late.ts": `
    import { definePlugin } from "@benn/core";
    export default definePlugin({ name: "late", async register() { await Promise.resolve(); throw new TypeError("no room left"); } });`,
  "throws.ts": `throw new RangeError("out of cheese"); export {};`,
  "taken.ts": `
    import { definePlugin, SCHEMES } from "@benn/core";
    export default definePlugin({ name: "taken", register: (container) => container.resolve(SCHEMES).add("good", { description: "", create: () => { throw new Error(); } }) });`,
  "namesake.ts": `export default { name: "good", register() {} };`,
  "named.ts": `export const plugin = { name: "named", register() {} }, other = 1;`,
  "function.ts": `export default function register() {}`,
  "object.ts": `export default { name: "object", regster() {} };`,
  "enum.ts": `enum Colour { Red } export default { name: String(Colour.Red), register() {} };`,
  "decorator.ts": `const d = (c: unknown) => c; @d class A {} export default { name: "decorated", register() { new A(); } };`,
  "imports.ts": `import "benn-plugin-nowhere"; export default {};`,
  "view.tsx": `export default {};`,
  "split.ts": `import { name } from "./part.ts"; export default { name, register() {} };`,
  "part.ts": `export const name: string = "split";`,
  "package.json": JSON.stringify({
    type: "commonjs",
    dependencies: { "benn-plugin-js": "1.0.0", "left-pad": "1.0.0", "not-installed": "1.0.0" },
    devDependencies: { "benn-plugin-ts": "1.0.0" },
  }),
  "node_modules/benn-plugin-js/package.json": JSON.stringify({
    name: "benn-plugin-js",
    type: "module",
    keywords: ["benn-plugin"],
    exports: { import: "./index.js" },
  }),
  "node_modules/benn-plugin-js/index.js": `
    import { definePlugin, VOTERS } from "@benn/core"; import { Registry } from "@benn/core/node";
    globalThis.seenInPackage = Registry;
    export default definePlugin({ name: "benn-plugin-js", register: (c) => c.resolve(VOTERS).add("loud", { description: "", create: () => ({}) }) });`,
  "node_modules/benn-plugin-ts/package.json": JSON.stringify({ type: "module", keywords: ["benn-plugin"], exports: "./index.ts" }),
  "node_modules/benn-plugin-ts/index.ts": `export default { name: "ts" as string, register() {} };`,
  // CommonJS next to its own TensorFlow.js, as `npm install @tensorflow/tfjs-node` installs it.
  "node_modules/benn-plugin-cjs/package.json": JSON.stringify({ name: "benn-plugin-cjs", main: "index.cjs" }),
  "node_modules/benn-plugin-cjs/index.cjs": `
    const { Registry } = require("@benn/core/node"), tf = require("@tensorflow/tfjs");
    globalThis.required = { Registry, tf, tensor: require("@tensorflow/tfjs-core").Tensor };
    module.exports = { name: "cjs", register() {} };`,
  "node_modules/@tensorflow/tfjs/package.json": JSON.stringify({ name: "@tensorflow/tfjs", main: "index.cjs" }),
  "node_modules/@tensorflow/tfjs/index.cjs": `exports.Tensor = class {};`,
  "node_modules/left-pad/package.json": JSON.stringify({ name: "left-pad", keywords: ["pad"] }),
  "worker.mts": `
    import { parentPort } from "node:worker_threads";
    const { installResolver } = await import(${JSON.stringify(join(import.meta.dirname, "install-resolver.ts"))});
    installResolver(${JSON.stringify(folder)}); installResolver(${JSON.stringify(folder)});
    const { createContainer, UserError } = await import("@benn/core");
    const core = await import(${JSON.stringify(join(import.meta.dirname, "../../index.ts"))});
    parentPort?.postMessage(createContainer === core.createContainer && UserError === core.UserError);`,
};

const cases = {
  lone: ["./good.ts"],
  package: ["benn-plugin-js"],
  split: ["./split.ts"],
  twice: ["./good.ts", join(folder, "good.ts")],
  missing: ["./god.ts"],
  "not installed": ["benn-plugin-absent"],
  "path without dot": ["good.ts"],
  named: ["./named.ts"],
  function: ["./function.ts"],
  object: ["./object.ts"],
  throws: ["./throws.ts"],
  late: ["./late.ts"],
  taken: ["./good.ts", "./taken.ts"],
  namesakes: ["./good.ts", "./namesake.ts"],
  enum: ["./enum.ts"],
  decorator: ["./decorator.ts"],
  imports: ["./imports.ts"],
  tsx: ["./view.tsx"],
  "typescript package": ["benn-plugin-ts"],
  commonjs: ["benn-plugin-cjs"],
};

interface Outcome {
  readonly loaded?: { name: string; source: string }[];
  readonly registrants?: string[];
  readonly error?: string;
  readonly message?: string;
  readonly cause?: string;
}
let outcomes: Record<keyof typeof cases, Outcome> & { sameCopies: boolean[]; sameCopiesRequired: boolean[]; worker: boolean };

beforeAll(() => {
  const source = (path: string) => JSON.stringify(join(import.meta.dirname, path));
  const main = `
    import { Worker } from "node:worker_threads";
    import * as tf from ${source("../../tensorflow.ts")};
    import { createContainer, SCHEMES, UserError, VOTERS } from ${source("../../index.ts")};
    import { Registry } from ${source("../index.ts")};
    import { loadPlugins } from ${source("load-plugins.ts")};
    const outcomes = {};
    for (const [name, sources] of Object.entries(${JSON.stringify(cases)})) {
      const container = createContainer();
      try {
        const loaded = await loadPlugins(container, sources, { cwd: ${JSON.stringify(folder)} });
        const registrants = [SCHEMES, VOTERS].flatMap((token) => container.resolve(token).entries().map((entry) => entry.plugin));
        outcomes[name] = { loaded, registrants: [...registrants, container.resolve(SCHEMES).registrant] };
      } catch (error) {
        outcomes[name] = { error: error.constructor === UserError ? "UserError" : String(error.stack), message: error.message, cause: error.cause?.message };
      }
    }
    const { seen = { tf: {} }, seenInPackage, required = { tf: {} } } = globalThis;
    outcomes.sameCopies = [seen.Registry === Registry, seen.UserError === UserError, seen.tf.Tensor === tf.Tensor, seen.tensor === tf.Tensor, seenInPackage === Registry];
    outcomes.sameCopiesRequired = [required.Registry === Registry, required.tf.Tensor === tf.Tensor, required.tensor === tf.Tensor];
    outcomes.worker = await new Promise((resolve, reject) => new Worker(${JSON.stringify(join(folder, "worker.mts"))}).on("message", resolve).on("error", reject));
    console.log(JSON.stringify(outcomes));`;
  for (const [path, text] of Object.entries({ ...files, "main.mts": main })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const args = ["--conditions=source", join(folder, "main.mts")];
  outcomes = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", cwd: tmpdir() })) as typeof outcomes;
});

const expectRefusal = (name: keyof typeof cases, message: RegExp, cause?: string) => {
  const { error, message: said, cause: because } = outcomes[name];
  expect(error).toBe("UserError");
  expect(said).toMatch(message);
  if (cause) expect(because).toContain(cause);
};

test("a lone file outside every project gets the running copies of core and TensorFlow.js, as a package does", () => {
  expect(outcomes.lone.loaded).toEqual([{ name: "good", source: "./good.ts" }]);
  expect(outcomes.package.loaded).toEqual([{ name: "benn-plugin-js", source: "benn-plugin-js" }]);
  expect(outcomes.sameCopies).toEqual([true, true, true, true, true]);
});

test("what CommonJS requires is the running copy too, though its project has one of its own", () => {
  expect(outcomes.commonjs.loaded).toEqual([{ name: "cjs", source: "benn-plugin-cjs" }]);
  expect(outcomes.sameCopiesRequired).toEqual([true, true, true]);
});

test("plugin files are ES modules, and what they import by path is, though package.json says CommonJS", () => {
  expect(outcomes.split).toEqual({ loaded: [{ name: "split", source: "./split.ts" }], registrants: ["the application"] });
});

test("a worker thread gets them too once it has installed the resolver, twice if it likes", () => {
  expect(outcomes.worker).toBe(true);
});

test("what a plugin adds bears its name, what comes later does not", () => {
  expect(outcomes.lone.registrants).toEqual(["good", "the application"]);
});

test("a plugin that is asked for twice is registered once", () => {
  expect(outcomes.twice.loaded).toHaveLength(1);
});

test("a file or a package that is not there is named, with what to do", () => {
  expectRefusal("missing", /^plugin \.\/god\.ts: there is no file .*god\.ts\. Did you mean "\.\/good\.ts"\? Check/);
  expectRefusal("not installed", /^plugin benn-plugin-absent: no such package is installed in .*npm install benn-plugin-absent/);
  expectRefusal("path without dot", /^plugin good\.ts: .* write \.\/good\.ts/);
  expectRefusal(
    "imports",
    /^plugin \.\/imports\.ts: it imports what is not there \(Cannot find package 'benn-plugin-nowhere'/,
    "benn-plugin-nowhere",
  );
});

test("a module that exports the wrong thing is told what it exports", () => {
  expectRefusal("named", /^plugin \.\/named\.ts: it has no default export, it exports other, plugin\. Write "export default definePlugin/);
  expectRefusal("function", /its default export is a function, not a plugin/);
  expectRefusal("object", /its default export is an object of \{ name: string, regster: function \}/);
});

test("a plugin that throws is named, and what it threw is kept", () => {
  expectRefusal("throws", /^plugin \.\/throws\.ts: it throws when it is imported \(out of cheese\)\./, "out of cheese");
  expectRefusal("late", /^plugin late \(from \.\/late\.ts\): throws when it registers \(no room left\)\./, "no room left");
});

test("a name that is taken, by a definition or by a plugin, is an error that names both sides", () => {
  expectRefusal("taken", /^ensemble scheme "good" is registered twice: by good and by taken\./);
  expectRefusal("namesakes", /^plugin \.\/namesake\.ts: is named "good", as is the one from \.\/good\.ts\./);
});

test("TypeScript that Node cannot run is explained", () => {
  expectRefusal("enum", /^plugin \.\/enum\.ts: Node cannot read it \(.*enum.*\)\. .*enums, decorators/i);
  expectRefusal("decorator", /^plugin \.\/decorator\.ts: Node cannot read it \(.*\)\. .*decorators/);
  expectRefusal("tsx", /^plugin \.\/view\.tsx: a plugin file ends in \.ts/);
  expectRefusal("typescript package", /^plugin benn-plugin-ts: its entry is TypeScript inside node_modules.* publish JavaScript/);
});

test("packages are discovered by their keyword, in any kind of dependency, if they are installed", () => {
  expect(discoverPlugins(folder)).toEqual(["benn-plugin-js", "benn-plugin-ts"]);
  expect(discoverPlugins(join(folder, "node_modules/left-pad"))).toEqual([]);
  expect(discoverPlugins(join(folder, "nowhere"))).toEqual([]);
  const broken = join(folder, "broken");
  mkdirSync(broken);
  writeFileSync(join(broken, "package.json"), "{");
  expect(() => discoverPlugins(broken)).toThrow(/package\.json: is not JSON .*Fix it/);
});
