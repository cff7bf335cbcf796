import { UserError } from "@benn/core";
import { CONTRACTS, nearest } from "@benn/core/node";
import { keepProjectNames } from "../completion/project-names.ts";
import { listWidth, wrappedTable } from "../run/wrapped-table.ts";
import { commandName } from "./command-name.ts";
import { configure } from "./configure.ts";
import { tellFault } from "./tell-fault.ts";
import { print, printJson } from "./print.ts";
import { type JsonSchema, type RegisteredName, registeredNames } from "./registered-names.ts";

/**
 * `benn plugins`
 * @param asked names to describe, with options and defaults; if empty, lists all
 */
export async function listPlugins(
  asked: readonly string[],
  { plugin = [], json }: { readonly plugin?: readonly string[]; readonly json?: boolean },
): Promise<void> {
  const { container } = await configure({ settings: [], plugins: plugin, onFault: tellFault }, process.cwd());
  const registered = registeredNames(container);
  await keepProjectNames(registered, process.cwd()).catch(() => {}); // a cache
  const names = named(registered, asked);
  if (json) printJson(names);
  else print(`${(asked.length === 0 ? pluginLines(names) : names.flatMap((entry) => detailLines(entry))).join("\n")}\n`);
}

/** The entries with one of these names, or all. @throws UserError for an unknown name */
export function named(names: readonly RegisteredName[], asked: readonly string[]): readonly RegisteredName[] {
  const known = names.flatMap(({ name, aliases }) => [name, ...aliases]);
  for (const name of asked) {
    if (known.includes(name)) continue;
    const close = nearest(name, known);
    throw new UserError(
      `plugins: nothing is registered as "${name}". ${close ? `Did you mean "${close}"? ` : ""}All names are listed by "benn plugins".`,
    );
  }
  return asked.length === 0 ? names : names.filter(({ name, aliases }) => [name, ...aliases].some((own) => asked.includes(own)));
}

/** A heading per contract, and a line per name. */
export function pluginLines(names: readonly RegisteredName[], width: number = listWidth()): string[] {
  const keys = [...new Set(names.map(({ key }) => key))];
  const lists = keys.flatMap((key) => {
    const own = names.filter((entry) => entry.key === key);
    return [
      headOf(key),
      ...wrappedTable(
        own.map((entry) => [heads(entry), entry.description]),
        { width, indent: 2 },
      ),
      "",
    ];
  });
  return [...lists, `Options and defaults of one: "${commandName()} plugins NAME".`];
}

/** What a name is, which package provides it, and its options with their defaults. */
export function detailLines(entry: RegisteredName, width: number = listWidth()): string[] {
  const { properties = {} } = entry.options;
  const options = Object.entries(properties).map(([option, schema]): readonly [string, string] => [
    option,
    [`${typeOf(schema)}${fallback(schema)}`, ...(schema.description === undefined ? [] : [schema.description])].join(": "),
  ]);
  return [
    ...wrappedTable([[heads(entry), entry.description]], { width }),
    `  ${headOf(entry.key)} of ${entry.plugin}`,
    ...(options.length === 0 ? ["  without options"] : wrappedTable(options, { width, indent: 2 })),
    "",
  ];
}

function headOf(key: RegisteredName["key"]): string {
  const { title, per } = CONTRACTS[key];
  return per === "none" ? title : `${title} (key "${key}")`;
}

function heads({ name, aliases }: RegisteredName): string {
  return [name, ...aliases].join(", ");
}

function typeOf({ anyOf, const: only, enum: choices, type }: JsonSchema): string {
  if (anyOf) return anyOf.map(typeOf).join("|");
  if (only !== undefined) return typeof only === "string" ? only : JSON.stringify(only);
  return choices ? choices.map((choice) => String(choice)).join("|") : (type ?? "any");
}

function fallback({ default: value }: JsonSchema): string {
  return value === undefined ? "" : ` = ${JSON.stringify(value)}`;
}
