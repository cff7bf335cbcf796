import { type Config, UserError } from "@benn/core";
import { configSchema, keysOf } from "@benn/core/node";

type Json = Record<string, unknown>;

const KEY = /^[A-Za-z]\w*(?:\.[A-Za-z\d]\w*)*$/;
const LISTS: readonly string[] = keysOf({ many: true });

/**
 * Applies `key=value` settings to a configuration, in order: `members=4`, `scheme=samme`, `architecture.width=0.25`,
 * `members=[{"count":2},{"count":1,"epochs":5}]`, `members.1.epochs=7`. A value is parsed as JSON if possible, else it is text. An option
 * of a plugin that the configuration does not name applies to the default plugin; for a group of members, to what the run uses. An option
 * of something that is off, such as `stopWhen.patience=5`, turns it on. In a list of one, `optimizer.weightDecay=0` is the option of that
 * one; `optimizer.0.weightDecay=0` gives its index.
 * @param defaults for what the configuration leaves out
 * @throws UserError for what is not key=value, for an option of something without options, and for keys that every object has
 *   (`constructor`)
 */
export function applySettings(config: Config, settings: readonly string[], defaults: Config): Config {
  const result = structuredClone(config) as Json;
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const path = setting.slice(0, Math.max(0, at));
    if (at < 0)
      throw new UserError(`--set ${setting}: is not key=value. Write for example --set epochs=10; a configuration file goes before --set.`);
    if (!KEY.test(path) || path.split(".").some((key) => key === "prototype" || key in Object.prototype))
      throw new UserError(`--set ${setting}: "${path}" is not a key. Write for example --set architecture.width=0.5.`);
    const text = setting.slice(at + 1);
    const [key = "", ...rest] = path.split(".");
    if (rest.length === 0) result[key] = valueOf(key, text);
    else set(result, [key, ...rest], parse(text), { ...schemaDefaults(), ...defaults, ...result }, `--set ${path}`);
  }
  return result;
}

/** @param fallback values for the keys that `node` leaves out */
function set(node: Json, [key = "", ...rest]: readonly string[], value: unknown, fallback: Json, who: string): void {
  if (rest.length === 0) {
    node[key] = value;
    return;
  }
  const isElement = Array.isArray(node);
  const found = own(node, key) ?? (isElement ? undefined : (own(fallback, key) ?? {}));
  const inside: unknown = structuredClone(typeof found === "string" ? { name: found } : found === false ? {} : found);
  if (typeof inside !== "object" || inside === null) {
    const is = found === undefined ? "is not there" : `is ${JSON.stringify(found)}, which has nothing inside`;
    throw new UserError(`${who}: "${key}" ${is}. Set it as a whole.`);
  }
  const isList = !isElement && LISTS.includes(key);
  node[key] = isList && !Array.isArray(inside) ? [inside] : inside;
  const path = isList ? [...placeIn(node[key] as readonly unknown[], key, rest, who), ...rest] : rest;
  // A group of members uses the run's settings for what it leaves out.
  set(node[key] as Json, path, value, key === "members" || isElement ? fallback : {}, who);
}

/** Index of the list entry that an option without an index belongs to. */
function placeIn(list: readonly unknown[], key: string, [first = "", ...rest]: readonly string[], who: string): string[] {
  if (/^\d+$/.test(first)) return [];
  if (list.length === 1) return ["0"];
  const option = [first, ...rest].join(".");
  throw new UserError(`${who}: "${key}" names ${list.length} of them. Say which one: ${key}.0.${option}, or set the list as a whole.`);
}

/** `name=2026` is text although it looks like a number. */
function valueOf(key: string, text: string): unknown {
  const schema = Object.hasOwn(configSchema.shape, key) ? configSchema.shape[key as keyof typeof configSchema.shape] : undefined;
  const value = parse(text);
  return schema && !schema.safeParse(value).success && schema.safeParse(text).success ? text : value;
}

function schemaDefaults(): Json {
  return Object.fromEntries(Object.entries(configSchema.shape).map(([key, schema]) => [key, schema.safeParse(undefined).data]));
}

function own(node: Json, key: string): unknown {
  return Object.hasOwn(node, key) ? node[key] : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
