import { z } from "zod";
import { nearest } from "./nearest.ts";

/** What is wrong with a value that comes from outside the program. */
export interface ValueFault {
  /** Path within the value; empty for the value as a whole. */
  readonly path: readonly PropertyKey[];
  /** `expected a whole number from 1 to 10000, got "abc"` */
  readonly words: string;
  readonly came: unknown;
  /** The key that the schema does not know, if that is the fault. */
  readonly unknownKey?: string;
  /** A value that the schema accepts at that place, if it declares one. */
  readonly example?: unknown;
}

export type CheckedValue<T> = { readonly data: T; readonly fault?: undefined } | { readonly data?: undefined; readonly fault: ValueFault };

/**
 * Parses a value, and describes in plain words what is wrong with it. Uses the schema's own message if it has one; otherwise it describes
 * everything that the schema expects at that place, because zod's messages use JavaScript type names and name one limit at a time.
 */
export function checkValue<S extends z.ZodType>(schema: S, value: unknown): CheckedValue<z.output<S>> {
  const parsed = schema.safeParse(value, { error: () => "" });
  if (parsed.success) return { data: parsed.data };
  const issue = meantIssue(parsed.error.issues[0]!);
  const { path, message } = issue;
  const came = path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (issue.code === "unrecognized_keys") {
    const [unknownKey = ""] = issue.keys;
    return { fault: { path, came, unknownKey, words: `unknown key "${unknownKey}"` } };
  }
  const found = schemaAt(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), path);
  const expected = found && describe(found);
  const words = message !== "" ? message : expected === undefined ? "is not valid" : `expected ${expected}`;
  const close = typeof came === "string" && found ? nearest(came, choicesOf(found)) : undefined;
  const suggestion = close === undefined ? "" : `. Did you mean "${close}"?`;
  const got = came === undefined ? "got nothing" : `got ${shownValue(came)}`;
  const fault = { path, came, words: `${words}, ${got}${suggestion}` };
  return { fault: found?.default === undefined ? fault : { ...fault, example: found.default } };
}

/** The fault with its path: `members.0.alpha: expected a number, got "x"`. */
export function faultSentence({ path, words }: ValueFault): string {
  return path.length === 0 ? words : `${path.map(String).join(".")}: ${words}`;
}

/** A value as the user wrote it, for "got …"; values that JSON cannot represent are shown by name. */
export function shownValue(value: unknown): string {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : (JSON.stringify(value) ?? String(value));
}

/** For a union: the issue of the branch that fails deepest, which is most likely the intended one. */
function meantIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union" || issue.message !== "") return issue;
  const branches = issue.errors.flatMap(([first]) => (first ? [meantIssue(first)] : []));
  const [deepest] = branches.toSorted((a, b) => b.path.length - a.path.length);
  if (deepest && deepest.path.length > 0) return { ...deepest, path: [...issue.path, ...deepest.path] };
  const own = branches.find(({ code, message }) => message !== "" || code === "unrecognized_keys");
  return own ? { ...own, path: issue.path } : issue;
}

type Json = z.core.JSONSchema.BaseSchema;
const isSchema = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

function branchesOf({ anyOf, oneOf }: Json): readonly Json[] | undefined {
  return (anyOf ?? oneOf)?.filter(isSchema);
}

/** The part of a JSON schema that describes the value at a path. */
function schemaAt(schema: Json, [key, ...rest]: readonly PropertyKey[]): Json | undefined {
  if (key === undefined) return schema;
  for (const branch of branchesOf(schema) ?? [schema]) {
    const own = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[String(key)] : undefined;
    const inside = branch === schema ? (own ?? elementOf(schema, key)) : schemaAt(branch, [key]);
    if (isSchema(inside)) return schemaAt(inside, rest);
  }
  return undefined;
}

function elementOf({ items, prefixItems, additionalProperties }: Json, key: PropertyKey): unknown {
  if (typeof key !== "number") return additionalProperties;
  return prefixItems?.[key] ?? items;
}

/** The strings that a schema accepts. */
function choicesOf(schema: Json): string[] {
  return (branchesOf(schema) ?? [schema]).flatMap(({ const: only, enum: several = [] }) =>
    [...(only === undefined ? [] : [only]), ...several].filter((value) => typeof value === "string"),
  );
}

/** Describes in plain words what a schema accepts. */
function describe(schema: Json): string | undefined {
  const { type } = schema;
  const branches = branchesOf(schema) ?? (Array.isArray(type) ? type.map((one): Json => ({ ...schema, type: one })) : undefined);
  if (branches) {
    const words = branches.map(describe);
    return words.includes(undefined) ? undefined : listed([...new Set(words as string[])]);
  }
  if (schema.const !== undefined) return shownValue(schema.const);
  if (schema.enum) return listed(schema.enum.map(shownValue));
  switch (type) {
    case "integer":
      return `a whole number${rangeOf(schema)}`;
    case "number":
      return `a number${rangeOf(schema)}`;
    case "string":
      if (schema.format === "uri") return "an address";
      return schema.pattern ? `text like ${schema.pattern}` : schema.minLength ? "text that is not empty" : "text";
    case "boolean":
      return "true or false";
    case "array":
      return `a list${countOf(schema)}`;
    case "object":
      return schema.required?.length === 1 ? `an object with ${schema.required[0]}` : "an object";
    case "null":
      return "null";
    case undefined:
    default:
      return undefined;
  }
}

function listed(words: readonly string[]): string {
  return words.length < 3 ? words.join(" or ") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** ` from 1 to 8`, ` above 0`; leaves out a limit that every safe integer satisfies. */
function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Json): string {
  const isLimit = (value: unknown): value is number => typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const from = isLimit(exclusiveMinimum) ? `above ${exclusiveMinimum}` : isLimit(minimum) ? `from ${minimum}` : "";
  const above = isLimit(exclusiveMaximum) ? `below ${exclusiveMaximum}` : isLimit(maximum) ? `${maximum}` : "";
  if (from === "" && above === "") return "";
  if (from === "") return isLimit(exclusiveMaximum) ? ` ${above}` : ` of at most ${above}`;
  if (above === "") return isLimit(exclusiveMinimum) ? ` ${from}` : ` of at least ${minimum}`;
  return isLimit(exclusiveMinimum) || isLimit(exclusiveMaximum)
    ? ` ${from} and ${isLimit(exclusiveMaximum) ? above : `at most ${above}`}`
    : ` ${from} to ${above}`;
}

function countOf({ minItems, maxItems, prefixItems }: Json): string {
  if (prefixItems) return ` of ${prefixItems.length}`;
  if (minItems !== undefined && maxItems !== undefined) return minItems === maxItems ? ` of ${minItems}` : ` of ${minItems} to ${maxItems}`;
  if (minItems !== undefined) return ` of at least ${minItems}`;
  return maxItems === undefined ? "" : ` of at most ${maxItems}`;
}
