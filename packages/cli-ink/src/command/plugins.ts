import { CONTRACTS } from "@benn/core/node";
import { table } from "../run/format.ts";
import { configure } from "./configure.ts";
import { print, printJson } from "./print.ts";
import { type JsonSchema, type RegisteredName, registeredNames } from "./registered-names.ts";

/** `benn plugins` */
export async function listPlugins({ plugin = [], json }: { readonly plugin?: readonly string[]; readonly json?: boolean }): Promise<void> {
  const { container } = await configure({ settings: [], plugins: plugin }, process.cwd());
  const names = registeredNames(container);
  if (json) printJson(names);
  else print(`${pluginLines(names).join("\n")}\n`);
}

/** A heading for each contract, a line for each name, and one for each of its options. */
export function pluginLines(names: readonly RegisteredName[]): string[] {
  const keys = [...new Set(names.map(({ key }) => key))];
  return keys.flatMap((key, i) => {
    const own = names.filter((entry) => entry.key === key);
    const { title, per } = CONTRACTS[key];
    const heads = table(
      own.map(({ name, aliases, description, plugin }) => [[name, ...aliases].join(", "), description, plugin]),
      { left: 3 },
    );
    const lines = own.flatMap(({ options }, at) => [`  ${heads[at]}`].concat(optionLines(options)));
    return [...(i === 0 ? [] : [""]), per === "none" ? title : `${title} (key "${key}")`].concat(lines);
  });
}

function optionLines({ properties = {} }: RegisteredName["options"]): string[] {
  const cells = Object.entries(properties).map(([option, schema]) => [
    option,
    `${typeOf(schema)}${fallback(schema)}`,
    schema.description ?? "",
  ]);
  return table(cells, { left: 3 }).map((line) => `      ${line}`);
}

function typeOf({ anyOf, const: only, enum: choices, type }: JsonSchema): string {
  if (anyOf) return anyOf.map(typeOf).join("|");
  if (only !== undefined) return typeof only === "string" ? only : JSON.stringify(only);
  return choices ? choices.map((choice) => String(choice)).join("|") : (type ?? "any");
}

function fallback({ default: value }: JsonSchema): string {
  return value === undefined ? "" : ` = ${JSON.stringify(value)}`;
}
