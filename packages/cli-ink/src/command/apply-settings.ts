import { configSchema, type Config, nearest, UserError } from "@benn/core";

type Json = Record<string, unknown>;

const KEY = /^[A-Za-z]\w*(?:\.\w+)*$/;

/**
 * Applies `key=value` settings to a configuration, in order: `members=4`, `scheme=samme`, `architecture.width=0.25`,
 * `members=[{"count":2},{"count":1,"epochs":5}]`, `members.1.epochs=7`. A value is JSON if it can be, else text. An option of something that the
 * configuration does not name belongs to its default.
 * @throws UserError for what is not key=value, and for a key that the configuration does not have
 */
export function applySettings(config: Config, settings: readonly string[]): Config {
  const result = structuredClone(config) as Json;
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const path = setting.slice(0, Math.max(0, at));
    if (at < 0)
      throw new UserError(`--set ${setting}: is not key=value. Write for example --set epochs=10; a configuration file goes before --set.`);
    if (!KEY.test(path)) throw new UserError(`--set ${setting}: "${path}" is not a key. Write for example --set architecture.width=0.5.`);
    set(result, path.split("."), setting.slice(at + 1));
  }
  return result;
}

function set(config: Json, [first = "", ...rest]: readonly string[], text: string): void {
  const schema = (configSchema.shape as Record<string, { safeParse(value: unknown): { success: boolean } } | undefined>)[first];
  if (!schema || !Object.hasOwn(configSchema.shape, first)) {
    const keys = Object.keys(configSchema.shape);
    const close = nearest(first, keys);
    throw new UserError(`--set ${first}: there is no such key. ${close ? `Did you mean "${close}"? ` : ""}Keys: ${keys.join(", ")}.`);
  }
  const value = parse(text);
  if (rest.length === 0) {
    // name=2026 is text although it looks like a number.
    config[first] = !schema.safeParse(value).success && schema.safeParse(text).success ? text : value;
    return;
  }
  const last = rest.at(-1) ?? "";
  let node = container(config, first, (configSchema.parse({}) as Json)[first], `--set ${[first, ...rest].join(".")}`);
  for (const [i, key] of rest.slice(0, -1).entries()) {
    node = container(node, key, undefined, `--set ${[first, ...rest].join(".")}: ${[first, ...rest.slice(0, i)].join(".")}`);
  }
  node[last] = value;
}

/** The object under a key, made if need be: a name alone becomes `{ name }`. */
function container(node: Json, key: string, fallback: unknown, who: string): Json {
  const found = node[key] ?? fallback ?? (Array.isArray(node) ? undefined : {});
  const value = typeof found === "string" ? { name: found } : found;
  if (typeof value !== "object" || value === null) {
    throw new UserError(`${who}: "${key}" is ${JSON.stringify(value) ?? "not there"}, which has nothing inside. Set it as a whole.`);
  }
  node[key] = Array.isArray(value) ? value : structuredClone(value);
  return node[key] as Json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
