import { configSchema, z } from "@benn/core";
import { openContainer } from "./open-container.ts";
import { readConfig } from "./read-config.ts";
import { registeredNames, type RegisteredName } from "./registries.ts";

type Json = Readonly<Record<string, unknown>>;

/** `benn schema` */
export async function printSchema({ plugin = [] }: { readonly plugin?: readonly string[] }): Promise<void> {
  const cwd = process.cwd();
  const { plugins = [] } = await readConfig({ settings: [], plugins: plugin }, cwd);
  process.stdout.write(`${JSON.stringify(configJsonSchema(registeredNames(await openContainer(plugins, cwd))), null, 2)}\n`);
}

/** JSON schema of a configuration file in which every registered name brings its options. */
export function configJsonSchema(names: readonly RegisteredName[]): Json {
  const { properties = {}, ...rest } = z.toJSONSchema(configSchema, { io: "input" });
  const definitions = Object.fromEntries(
    [...new Set(names.map(({ key }) => key))].map((key) => [key, specSchema(names.filter((entry) => entry.key === key))]),
  );
  const refer = (key: string): Json => {
    const one = { $ref: `#/$defs/${key}` };
    return key === "listeners" ? { anyOf: [one, { type: "array", items: one }] } : one;
  };
  const use = (values: Json): Json =>
    Object.fromEntries(Object.entries(values).map(([key, schema]) => [key, key in definitions ? refer(key) : schema]));
  const members = properties["members"] as { anyOf: { type: string; items?: { properties: Json } }[] };
  const groups = members.anyOf.map((branch) =>
    branch.items ? { ...branch, items: { ...branch.items, properties: use(branch.items.properties) } } : branch,
  );
  return {
    ...rest,
    title: "Configuration of benn",
    properties: { $schema: { type: "string" }, ...use(properties), members: { ...members, anyOf: groups } },
    $defs: definitions,
  };
}

/** A name alone, or an object of the name and its options. */
function specSchema(names: readonly RegisteredName[]): Json {
  const words = names.flatMap(({ name, aliases }) => [name, ...aliases]);
  return {
    anyOf: [
      { enum: words },
      ...names.map(({ name, aliases, description, options }) => ({
        ...options,
        type: "object",
        description,
        properties: { name: { enum: [name, ...aliases] }, ...options.properties },
        required: ["name", ...((options["required"] as string[] | undefined) ?? [])],
        additionalProperties: false,
      })),
    ],
  };
}
