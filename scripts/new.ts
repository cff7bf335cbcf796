// `pnpm new scheme my-boost` creates a package as a copy of a small real one, which is always tested and so stays valid.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

interface Template {
  readonly folder: string;
  /** Its registered name; its files and its export are named after `file`. */
  readonly registered: string;
  readonly file: string;
  /** Other contents of the package, which are not copied. */
  readonly without?: RegExp;
}

const templates: Readonly<Record<string, Template>> = {
  scheme: { folder: "ensemble-bagging", registered: "bagging", file: "bagging" },
  voter: { folder: "vote", registered: "soft", file: "soft-vote", without: /hard|softmax|index\.test/i },
};

const tooLarge: Readonly<Record<string, string>> = {
  architecture: "packages/arch-nin and testArchitecture",
  binarizer: "packages/binarize/src and testBinarizer",
  dataset: "packages/data-cifar and testDataset",
  backend: "packages/backend-wasm and testBackend",
  listener: "packages/tensorboard and testListener",
  loss: "packages/losses and testLoss",
  optimizer: "packages/optimizers and testOptimizer",
  schedule: "packages/schedules and testSchedule",
  metric: "packages/core/src/built-in/metrics.ts and testMetric",
};

const help = `pnpm new KIND NAME: starts packages/NAME as a copy of a small package of that kind, tests included.

  pnpm new scheme my-boost     from packages/ensemble-bagging
  pnpm new voter my-vote       from packages/vote

Options:
  --no-install   do not run pnpm install afterwards
  --help         this text`;

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

function read(): { help: boolean; install: boolean; words: string[] } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h", default: false }, "no-install": { type: "boolean", default: false } },
    });
    return { help: values.help, install: !values["no-install"], words: positionals };
  } catch (error) {
    return refuse(`pnpm new: ${(error as Error).message}`);
  }
}

function check(root: string, words: readonly string[]): { template: Template; kind: string; name: string } {
  const [kind = "", name = "", ...rest] = words;
  if (name === "" || rest.length > 0)
    refuse(`pnpm new: expected a kind and a name, got "${words.join(" ")}". For example: pnpm new scheme my-boost`);
  const example = tooLarge[kind];
  if (example) refuse(`pnpm new: no package of kind ${kind} is small enough to copy. Start from ${example} of @benn/core/testing.`);
  const template = templates[kind];
  if (!template) refuse(`pnpm new: there is no kind "${kind}". Kinds: ${Object.keys(templates).join(", ")}.`);
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(name)) {
    refuse(
      `pnpm new: "${name}" is not a name for a package. Write two or more words of small letters and digits with - between, as in my-boost.`,
    );
  }
  if (existsSync(join(root, "packages", name))) refuse(`pnpm new: packages/${name} is there already. Choose another name.`);
  const taken = globSync("packages/*/src/index.ts", { cwd: root }).find((path) =>
    readFileSync(join(root, path), "utf8").includes(`"${name}"`),
  );
  if (taken) refuse(`pnpm new: the name "${name}" is registered in ${taken}. Choose another name.`);
  return { template, kind, name };
}

/** Copies sources, README and package.json, with the template's names replaced. */
function copy(root: string, { folder, registered, file, without }: Template, kind: string, name: string): string[] {
  const rename = (text: string): string =>
    text
      .replaceAll(`@benn/${folder}`, `@benn/${name}`)
      .replaceAll(`./${file}.ts`, `./${name}.ts`)
      // But not the vote that a voter lowers to, which is a keyword of the .benn file.
      .replaceAll(new RegExp(`(?<!vote: )(["\`=])${registered}\\b`, "g"), `$1${name}`)
      .replaceAll(new RegExp(`\\b${camel(file)}\\b`, "g"), camel(name));
  const from = join(root, "packages", folder);
  const to = join(root, "packages", name);
  const isKept = (text: string): boolean => !without?.test(text);
  const sources = globSync("src/**/*.ts", { cwd: from }).filter(isKept);
  mkdirSync(join(to, "src"), { recursive: true });
  const written = sources.map((path) => {
    const lines = readFileSync(join(from, path), "utf8").split("\n").filter(isKept);
    const target = path.replace(file, name);
    writeFileSync(join(to, target), rename(lines.join("\n")));
    return target;
  });
  const manifest = JSON.parse(rename(readFileSync(join(from, "package.json"), "utf8"))) as Record<string, unknown>;
  const own = { description: `The ${kind} ${name}`, repository: { type: "git", directory: `packages/${name}` }, version: "0.0.0" };
  writeFileSync(join(to, "package.json"), `${JSON.stringify({ ...manifest, ...own }, undefined, 2)}\n`);
  const [title, , , ...text] = readFileSync(join(from, "README.md"), "utf8").split("\n"); // the third line is its sentence
  writeFileSync(join(to, "README.md"), rename([title, "", `${own.description}.`, ...text.filter(isKept)].join("\n")));
  return [...written, "package.json", "README.md"];
}

const camel = (kebab: string): string => kebab.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const root = dirname(import.meta.dirname);
const asked = read();
if (asked.help) {
  console.log(help);
} else {
  const { template, kind, name } = check(root, asked.words);
  const files = copy(root, template, kind, name);
  console.log(files.map((file) => `packages/${name}/${file}`).join("\n"));
  if (asked.install && spawnSync("pnpm", ["install"], { cwd: root, stdio: "inherit" }).status !== 0) {
    refuse(`pnpm new: packages/${name} is made, but "pnpm install" failed. Run it again before the tests.`);
  }
  console.log(`
Next: write your ${kind} in packages/${name}/src/${name}.ts, its paper in the comment, its table in the README.
  pnpm fix && npx vitest run --project packages/${name}
  pnpm benn train --plugin ./packages/${name}/src/index.ts --set ${kind}=${name}`);
}
