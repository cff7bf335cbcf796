// Rules of the repository: which packages may import which, and what each must have. They read the files, so they apply to new packages
// too.
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Import {
  /** Path from the root. */
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
const packages = globSync("packages/*/package.json", { cwd: root }).map((path) => dirname(path));
/** Private, and importable by the tests of other packages. */
const SOFTWARE_GPU = "software-gpu";
const manifests = new Map([...packages, SOFTWARE_GPU].map((folder) => [manifestOf(folder).name, manifestOf(folder)]));
/** Every folder with sources. */
const everything = [...packages, "golden", "bench", "mutation", "results", "soak", SOFTWARE_GPU, "examples", "scripts", "site/src", "e2e"];
const sourcesOf = (folder: string) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] });

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(STATEMENT)].map(([, type, from, dynamic]) => ({
    file,
    specifier: from ?? dynamic ?? "",
    typeOnly: type !== undefined,
  }));
}

const imports = (folder: string) => sourcesOf(folder).flatMap(importsOf);
const packageOf = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
const isRelative = (specifier: string) => specifier.startsWith(".");
/** Templates are tried as they are, and are no part of their package. */
const isTest = (file: string) => /\.test\.tsx?$|\/test\/|\/create-benn\/templates\//.test(file);
const said = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

/** Which of our packages one may import: never one above it or beside it. Tests may import whatever they compare with. */
function mayImport(folder: string): RegExp {
  const name = basename(folder);
  if (name === "cli-ink") return /^@benn\//;
  if (name === "report") return /^@benn\/(?:core|analysis)$/;
  if (name === "data-kit") return /^@benn\/core$/;
  // Pictures are resized by the packed runtime's code, so that both give the same bytes.
  if (name === "data-pictures") return /^@benn\/(?:core|data-kit|packed)$/;
  if (name.startsWith("data-")) return /^@benn\/(?:core|data-kit)$/;
  if (name === "packed") return /^@benn\/(?:core|analysis)$/; // its exporter
  return name.startsWith("arch-") ? /^@benn\/(?:core|binarize)$/ : /^@benn\/core$/;
}

test("imports between packages go down only", () => {
  const wrong = packages.flatMap((folder) => {
    const own = manifestOf(folder).name;
    return imports(folder).filter(({ file, specifier }) => {
      if (isTest(file) || !specifier.startsWith("@benn/") || packageOf(specifier) === own) return false;
      return !mayImport(folder).test(packageOf(specifier));
    });
  });
  expect(wrong.map(said)).toEqual([]);
});

test("the packed runtime imports nothing but its own files, its exporter nothing of ours but core and statistics", () => {
  const own = imports("packages/packed").filter(({ file, typeOnly }) => !isTest(file) && !typeOnly);
  const wrong = own.filter(({ file, specifier }) =>
    file.includes("/src/export/")
      ? specifier.startsWith("@benn/") && !["@benn/core", "@benn/analysis"].includes(packageOf(specifier))
      : !isRelative(specifier) || specifier.includes("/export/"),
  );
  expect(wrong.map(said)).toEqual([]);
});

test("TensorFlow.js is imported by its door in core alone, in parts", () => {
  const allowed = /^packages\/(?:core\/src\/(?:tensorflow|chained-operations)\.ts|backend-webgpu\/)|^bench\//;
  const wrong = everything.flatMap(imports).filter(({ file, specifier }) => specifier.startsWith("@tensorflow/") && !allowed.test(file));
  expect(wrong.map(said)).toEqual([]);
  const installed = globSync(["package.json", "*/package.json", "packages/*/package.json", "examples/*/package.json"], { cwd: root });
  const union = installed.filter((path) => readFileSync(join(root, path), "utf8").includes('"@tensorflow/tfjs"'));
  expect(union).toEqual([]);
});

test("packages are entered by their doors alone", () => {
  const others = ["golden", "bench", "mutation", "examples", SOFTWARE_GPU];
  const wrong = [...packages, ...others].flatMap((folder) =>
    imports(folder).filter(({ file, specifier }) => {
      if (isRelative(specifier)) return relative(folder, join(dirname(file), specifier)).startsWith("..");
      if (!specifier.startsWith("@benn/")) return false;
      return manifests.get(packageOf(specifier))?.exports?.[specifier.replace(packageOf(specifier), ".")] === undefined;
    }),
  );
  expect(wrong.map(said)).toEqual([]);
});

test("the door for authors of plugins is small: a token for each contract, and few names besides", async () => {
  const door = Object.keys(await import("@benn/core"));
  const { CONTRACTS } = await import("@benn/core/node");
  expect(door.length - Object.keys(CONTRACTS).length).toBeLessThanOrEqual(10);
  for (const page of ["plugins", "applications", "internals"]) expect(existsSync(join(root, `docs/${page}.md`))).toBe(true);
});

test("no imports go in a circle, those of types included", () => {
  const graph = new Map(
    everything.flatMap(sourcesOf).map((file) => {
      const own = importsOf(file).filter(({ specifier }) => isRelative(specifier));
      return [file, own.map(({ specifier }) => join(dirname(file), specifier))];
    }),
  );
  expect([...graph.keys()]).toEqual(expect.arrayContaining(["packages/backend-wasm/assembly/program.ts", "bench/src/command.ts"]));
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

test("a relative import names a file that is there", () => {
  const wrong = everything
    .flatMap(imports)
    .filter(({ file, specifier }) => isRelative(specifier) && !existsSync(join(root, dirname(file), specifier)));
  expect(wrong.map(said)).toEqual([]);
});

test.for(packages)("%s has a README, and package.json as its only configuration", (folder) => {
  const names = readdirSync(join(root, folder));
  expect(names).toContain("README.md");
  expect(names.filter((name) => /^tsconfig|\.config\.|^\..*rc/.test(name))).toEqual([]);
  for (const [door, targets] of Object.entries(manifestOf(folder).exports ?? {})) {
    if (door.endsWith(".wasm")) continue; // a file, not a module
    expect(Object.keys(targets), `conditions of ${door}`).toEqual(["source", "types", "default"]);
    expect(existsSync(resolve(root, folder, targets["source"] ?? "")), `${door} is there`).toBe(true);
  }
});

test.for([...packages, "golden", "bench", "mutation", "results", "soak", SOFTWARE_GPU])(
  "%s declares what it imports, at the one version of the catalog",
  (folder) => {
    const { name, dependencies = {}, devDependencies = {}, peerDependencies = {} } = manifestOf(folder);
    const all = { ...dependencies, ...devDependencies, ...peerDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^(?:catalog:|workspace:\^)$/.test(version))).toEqual([]);
    const undeclared = imports(folder).filter(({ file, specifier, typeOnly }) => {
      const wanted = packageOf(specifier);
      if (isRelative(specifier) || isBuiltin(specifier) || wanted === name) return false;
      return !(wanted in (isTest(file) || typeOnly ? all : { ...dependencies, ...peerDependencies }));
    });
    expect(undeclared.map(said)).toEqual([]);
  },
);

test("files are named in kebab-case for what they hold", () => {
  const wrong = packages.flatMap(sourcesOf).filter((file) => {
    const [name = ""] = basename(file).split(".");
    return !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || /^(?:utils?|helpers?|types?|base|common|misc)$/.test(name);
  });
  expect(wrong).toEqual([]);
});

test("AssemblyScript is read by TypeScript's tools as it is, and what is to be inlined says so as the compiler knows it", () => {
  const lines = globSync("packages/*/assembly/*.ts", { cwd: root }).flatMap((file) => {
    return readFileSync(join(root, file), "utf8")
      .split("\n")
      .map((line, i) => ({ at: `${file}:${i + 1}`, line }));
  });
  expect(lines.filter(({ line }) => line === "// @inline").length).toBeGreaterThan(0);
  // A decorator is not valid TypeScript; a misspelled marker comment of scripts/compile-assembly.mjs has no effect.
  const wrong = lines.filter(({ line }) => /^\s*@|@ts-|inline$|callable$/.test(line) && !["// @inline", "// @callable"].includes(line));
  expect(wrong.map(({ at }) => at)).toEqual([]);
});

test("a package's door names what it exports", () => {
  const wrong = packages.filter((folder) => /^export \*/m.test(readFileSync(join(root, folder, "src/index.ts"), "utf8")));
  expect(wrong).toEqual([]);
});
