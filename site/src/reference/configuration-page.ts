import { defaults, openContainer } from "@benn/cli-ink";
import { configJsonSchema, type JsonSchema, type RegisteredName, registeredNames } from "@benn/cli-ink/reference";
import { type ContractKey, CONTRACTS, DEFAULTS } from "@benn/core/node";
import { code, prose, table } from "./table.ts";

type Schemas = Readonly<Record<string, Schema>>;
interface Schema extends JsonSchema {
  readonly $ref?: string;
  readonly properties?: Schemas;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** What is built in, under every contract. */
export async function builtInNames(): Promise<readonly RegisteredName[]> {
  return registeredNames(await openContainer([], { cwd: import.meta.dirname }));
}

/** Every key of the configuration, from the schema that checks it. */
export async function configurationPage(): Promise<string> {
  const container = await openContainer([], { cwd: import.meta.dirname });
  const { properties } = configJsonSchema(registeredNames(container), container.resolve(DEFAULTS)) as { readonly properties: Schemas };
  const keys = Object.entries(properties).filter(([key]) => key !== "$schema");
  const members =
    (properties["members"] as { readonly anyOf: readonly Schema[] }).anyOf.find(({ items }) => items)?.items?.properties ?? {};
  const nested = keys.flatMap(([key, schema]) => {
    const object = [schema, ...((schema.anyOf ?? []) as readonly Schema[])].find(({ properties: own }) => own !== undefined);
    return object?.properties ? [`## ${key}`, prose(schema.description ?? ""), keyTable(Object.entries(object.properties), `${key}.`)] : [];
  });
  return [
    "# Configuration",
    "This page is made from the schema that checks a configuration. Write the keys in `benn.config.ts`, or set them with `--set KEY=VALUE`; a " +
      "dot leads into an object (`architecture.width=0.5`). [Training well](/training) says which to choose; `benn schema` prints the JSON schema.",
    keyTable(keys),
    ...nested,
    "## Groups of members",
    "`members` is a number, or a list of groups; a group has these keys, and those that it leaves out are the run's.",
    keyTable(Object.entries(members)),
    "## Defaults of the command",
    `Core has no default for what plugins bring. Those of the command are ${Object.entries(defaults)
      .map(([key, value]) => code(typeof value === "string" ? `${key}=${value}` : key))
      .join(", ")}.`,
  ].join("\n\n");
}

/** Everything that is registered, by contract, with its options. */
export async function builtInPage(): Promise<string> {
  const names = await builtInNames();
  const keys = [...new Set(names.map(({ key }) => key))].filter((key) => key !== "presets");
  return [
    "# Plugins that come with benn",
    "This page is made from what the built-in plugins register. `benn plugins NAME` prints the same in a terminal, also for your own plugins.",
    ...keys.flatMap((key) => contractSection(key, names)),
    "## preset",
    table(
      ["name", "description"],
      names.filter((entry) => entry.key === "presets").map(({ name, description }) => [code(name), prose(description)]),
    ),
  ].join("\n\n");
}

function contractSection(key: ContractKey, names: readonly RegisteredName[]): string[] {
  const own = names.filter((entry) => entry.key === key);
  const { title, description } = CONTRACTS[key];
  return [
    `## ${title}`,
    `${description[0]!.toUpperCase()}${description.slice(1)}. Key ${code(key)}.`,
    table(
      ["name", "description", "package"],
      own.map(({ name, aliases, description: says, plugin }) => [
        [name, ...aliases].map(code).join(", "),
        prose(says),
        /^@benn\/[\w-]+$/.test(plugin) ? `[${plugin}](/packages/${plugin.replace("@benn/", "")})` : plugin.replace(/\/arrays$/, ""),
      ]),
    ),
    ...own.flatMap(({ name, options }) => {
      const entries = Object.entries((options.properties ?? {}) as Schemas);
      return entries.length === 0 ? [] : [`### ${title} ${name}`, keyTable(entries)];
    }),
  ];
}

function keyTable(entries: readonly (readonly [string, Schema])[], before = ""): string {
  return table(
    ["key", "description", "type", "default"],
    entries.map(([key, schema]) => [
      code(before + key),
      prose(schema.description ?? ""),
      typeOf(schema),
      schema.default === undefined ? "" : code(JSON.stringify(schema.default)),
    ]),
  );
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const key = schema.$ref.split("/").at(-1)!;
    const title = CONTRACTS[key as ContractKey]?.title ?? key;
    return `[${title}](/reference/built-in#${title.replaceAll(" ", "-")})`;
  }
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(", ");
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one as Schema)).join(" or ");
  if (schema.type === "array") return `list of ${schema.items ? typeOf(schema.items) : "values"}`;
  return [schema.type ?? "any", range(schema)].filter((part) => part !== "").join(" ");
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const limits = [
    ...(minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? [] : [`≥ ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? [] : [`≤ ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`&lt; ${exclusiveMaximum}`]),
  ];
  return limits.join(", ");
}
