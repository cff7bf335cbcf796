// Reference pages from the doc comments of the code.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT_HELP } from "@benn/cli-ink/reference";
import { type ContractKey, CONTRACTS } from "@benn/core/node";
import { type Described, readClasses, readInterfaces } from "./read-interfaces.ts";
import { code, prose, table } from "./table.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Every event of a run. */
export function eventsPage(): string {
  const all = readInterfaces(read("packages/core/src/events.ts"));
  const typeOf = ({ fields }: Described): string | undefined =>
    /^"([^"]+)"$/.exec(fields.find(({ name }) => name === "type")?.type ?? "")?.[1];
  const events = all.filter((one) => typeOf(one) !== undefined);
  return [
    "# Events",
    "This page is made from the types of the events. A run is a stream of them: `train()` yields them, `events.jsonl` of a run folder holds them " +
      "one a line, `benn train --ui json` prints them. They are plain JSON; `clock` holds what depends on the machine's speed.",
    ...events.flatMap((event) => [`## ${typeOf(event)!}`, prose(event.doc), fieldTable(event)]),
    "## Parts of events",
    ...all.filter((one) => !events.includes(one)).flatMap((part) => [`### ${part.name}`, prose(part.doc), fieldTable(part)]),
  ].join("\n\n");
}

/** Every contract of plugins: what a plugin registers, and what it has to implement. */
export function contractsPage(): string {
  const files = globSync("packages/core/src/*.ts", { cwd: root, exclude: ["**/*.test.ts"] }).toSorted();
  const sources = new Map(files.map((file) => [file, read(file)]));
  const keys = Object.keys(CONTRACTS) as ContractKey[];
  return [
    "# Contracts",
    "This page is made from the types that plugins implement. A plugin registers a definition under a token of `@benn/core`: " +
      "[Write a plugin](/plugins) shows how, and `@benn/core/testing` examines it.",
    table(
      ["contract", "key of the configuration", "token", "what it is"],
      keys.map((key) => [
        `[${CONTRACTS[key].title}](#${CONTRACTS[key].title.replaceAll(" ", "-")})`,
        CONTRACTS[key].per === "none" ? "" : code(key),
        code(tokenName(key)),
        CONTRACTS[key].description,
      ]),
    ),
    ...keys.flatMap((key) => {
      const declares = new RegExp(`export const ${tokenName(key)}: InjectionToken<Registry<(\\w+)>>`);
      const [file, text] = [...sources].find(([, source]) => declares.test(source)) ?? [];
      if (file === undefined || text === undefined) throw new Error(`no file declares the token of ${key}`);
      const name = declares.exec(text)![1]!;
      const own = readInterfaces(text);
      const main = own.filter((one) => one.name === name);
      return [
        `## ${CONTRACTS[key].title}`,
        `Token ${code(tokenName(key))}, type ${code(name)}, in [${file}](https://github.com/benn-js/benn/blob/main/${file}).`,
        ...[...main, ...own.filter((one) => one.name !== name)].flatMap((one) => [`### ${one.name}`, prose(one.doc), fieldTable(one)]),
      ];
    }),
  ].join("\n\n");
}

/** `Symbol.for("benn.schemes")` is `SCHEMES`, `benn.keyMaps` is `KEY_MAPS`. */
function tokenName(key: ContractKey): string {
  const description = (CONTRACTS[key].token as symbol).description ?? "";
  return description
    .replace(/^benn\./, "")
    .replaceAll(/[A-Z]/g, "_$&")
    .replaceAll("-", "_")
    .toUpperCase();
}

/** Exit codes and classes of errors. */
export function errorsPage(): string {
  const files = globSync("packages/*/src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts"] }).toSorted();
  const classes = files.flatMap((file) => {
    const text = read(file);
    if (!/^export class \w+ extends \w*Error\b/m.test(text)) return [];
    return readClasses(text)
      .filter(({ name }) => /Error$|^Exit$/.test(name))
      .map((one) => ({ ...one, file }));
  });
  return [
    "# Errors and exit codes",
    "A message says who reports it, what is wrong, what was received and what to do. [Troubleshooting](/troubleshooting) lists common ones.",
    "## Exit codes",
    `\`\`\`text\n${EXIT_HELP.trim()}\n\`\`\``,
    "## Classes",
    "In code, errors are of these classes. This table is made from the code.",
    table(
      ["class", "description", "package"],
      classes.map(({ name, doc, file }) => [code(name), prose(doc), packageOf(file)]),
    ),
  ].join("\n\n");
}

function packageOf(file: string): string {
  const name = file.split("/")[1]!;
  return `[@benn/${name}](/packages/${name})`;
}

function fieldTable({ fields }: Described): string {
  return table(
    ["field", "description", "type"],
    fields.map(({ name, isOptional, type, doc }) => [code(name + (isOptional ? "?" : "")), prose(doc), code(type)]),
  );
}
