import { readFile } from "node:fs/promises";
import { type KeyMap, UserError, z } from "@benn/core";
import { checkValue, faultSentence } from "@benn/core/internals";
import { printable } from "../printable.ts";

const place = z.union([
  z.string().min(1),
  z.strictObject({
    to: z.string().min(1),
    flattened: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]).optional(),
  }),
]);

/** A key map as a file. `*.num_batches_tracked` is always ignored. */
const keyMapSchema = z.strictObject({
  $schema: z.string().optional(),
  modules: z.record(z.string(), z.string().min(1)).default({}),
  keys: z.record(z.string(), place).default({}),
  ignore: z.array(z.string().min(1)).default([]),
});

/** Our name of a weight, and the shape of its image before it was flattened. */
export interface WeightTarget {
  readonly to: string;
  readonly flattened?: readonly [channels: number, height: number, width: number] | undefined;
}

/** @throws UserError if the file is missing, not JSON, or not a key map */
export async function readKeyMap(path: string): Promise<KeyMap> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const said = cause instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new UserError(
      `key map ${path}: ${said} (${printable(cause instanceof Error ? cause.message : String(cause))}). Check the path and the file.`,
      {
        cause,
      },
    );
  }
  const { data, fault } = checkValue(keyMapSchema, json);
  if (data) return data;
  throw new UserError(`key map ${path}: ${faultSentence(fault)}. It may hold modules, keys and ignore.`);
}

const COUNTERS = /(?:^|\.)num_batches_tracked$/;

/** Weights of a PyTorch module, with their possible names in a layer of ours. */
const weightNames: Readonly<Record<string, readonly string[]>> = {
  weight: ["kernel", "gamma"],
  bias: ["bias", "beta"],
  running_mean: ["moving_mean"],
  running_var: ["moving_variance"],
};

/** A key without the prefix that DataParallel adds. */
export function withoutPrefix(key: string): string {
  return key.replace(/^module\./, "");
}

export function isIgnored({ ignore }: KeyMap, key: string): boolean {
  return COUNTERS.test(key) || ignore.some((pattern) => matches(pattern, withoutPrefix(key)));
}

/**
 * Where the weight of a key, with or without DataParallel's prefix, goes in our network; undefined: nowhere.
 * @param has whether our network has a weight of this name
 */
export function placeOf({ modules, keys }: KeyMap, key: string, has: (name: string) => boolean): WeightTarget | undefined {
  const own = withoutPrefix(key);
  if (Object.hasOwn(keys, own)) {
    const found = keys[own] ?? "";
    return typeof found === "string" ? { to: found } : found;
  }
  const [, module = "", weight = ""] = /^(.+)\.(\w+)$/.exec(own) ?? [];
  const layer = Object.hasOwn(modules, module) ? modules[module] : undefined;
  const candidates = Object.hasOwn(weightNames, weight) ? (weightNames[weight] ?? []) : [];
  const to = layer === undefined ? undefined : candidates.map((name) => `${layer}/${name}`).find(has);
  return to === undefined ? undefined : { to };
}

/** Matches text against a pattern in which `*` stands for anything; in linear time, unlike an equivalent regular expression. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
