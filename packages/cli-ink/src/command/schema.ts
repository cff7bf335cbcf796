import { type Config, z } from "@benn/core";
import { type ContractKey, CONTRACTS, configSchema, DEFAULTS } from "@benn/core/node";
import { comparisonSchema } from "../comparison/comparison-schema.ts";
import { evaluationSchema } from "../evaluation/evaluation-schema.ts";
import { selectionSchema } from "../selection/selection-schema.ts";
import { stabilitySchema } from "../stability/stability-schema.ts";
import { configure } from "./configure.ts";
import { printJson } from "./print.ts";
import { registeredNames, type RegisteredName } from "./registered-names.ts";

type Json = Readonly<Record<string, unknown>>;

/** JSON output of commands, by command. */
const PRINTED = { eval: evaluationSchema, select: selectionSchema, stability: stabilitySchema, compare: comparisonSchema } as const;

export type SchemaOf = "config" | keyof typeof PRINTED;

/** `benn schema` */
export async function printSchema(of: SchemaOf, { plugin = [] }: { readonly plugin?: readonly string[] }): Promise<void> {
  if (of !== "config") return printJson(z.toJSONSchema(PRINTED[of]));
  const { container } = await configure({ settings: [], plugins: plugin }, process.cwd());
  printJson(configJsonSchema(registeredNames(container), container.resolve(DEFAULTS)));
}

/**
 * JSON schema of a configuration file, with the options of every registered name.
 * @param defaults for what a file leaves out
 */
export function configJsonSchema(names: readonly RegisteredName[], defaults: Config): Json {
  const { properties = {}, required = [], ...rest } = z.toJSONSchema(configSchema, { io: "input" });
  const keys = [...new Set(names.map(({ key }) => key))].filter((key) => CONTRACTS[key].per !== "none");
  const definitions = Object.fromEntries(keys.map((key) => [key, specSchema(names.filter((entry) => entry.key === key))]));
  const refer = (key: ContractKey): Json => {
    const one = { $ref: `#/$defs/${key}` };
    return { ...(CONTRACTS[key].many ? { anyOf: [one, { type: "array", items: one }] } : one), description: CONTRACTS[key].description };
  };
  const use = (values: Json): Json =>
    Object.fromEntries(Object.entries(values).map(([key, schema]) => [key, key in definitions ? refer(key as ContractKey) : schema]));
  const members = properties["members"] as { anyOf: { type: string; items?: { properties: Json } }[] };
  const groups = members.anyOf.map((branch) =>
    branch.items ? { ...branch, items: { ...branch.items, properties: use(branch.items.properties) } } : branch,
  );
  const withDefaults = Object.entries({ ...use(properties), members: { ...members, anyOf: groups } }).map(([key, schema]) => {
    const value = defaults[key as keyof Config];
    return [key, value === undefined ? schema : { ...(schema as Json), default: value }];
  });
  return {
    ...rest,
    title: "Configuration of benn",
    properties: { $schema: { type: "string" }, ...Object.fromEntries(withDefaults) },
    required: required.filter((key) => defaults[key as keyof Config] === undefined),
    $defs: definitions,
  };
}

/** A name alone, or an object with the name and its options. */
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
