import type { ConfigDifference } from "./reported-run.ts";

/** Keys that do not affect what is learned. */
const NAMES = new Set(["name"]);

/**
 * Every key of a configuration, nested ones as `scheme.shrinkage`, with its value as JSON. Identical members become a count, and their
 * settings the run's own.
 */
export function flattenConfig(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const { members, ...rest } = config;
  const groups = Array.isArray(members) ? (members as readonly Readonly<Record<string, unknown>>[]) : undefined;
  const [group] = groups ?? [];
  const { count, ...settings } = group ?? {};
  const whole =
    groups?.length === 1 ? { ...rest, ...settings, members: count ?? 1 } : { ...rest, ...(members === undefined ? {} : { members }) };
  const flat = new Map<string, string>();
  walk("", whole, flat);
  return Object.fromEntries([...flat].filter(([key]) => !NAMES.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function walk(path: string, value: unknown, into: Map<string, string>): void {
  const isNested = typeof value === "object" && value !== null && (!Array.isArray(value) || value.some((item) => typeof item === "object"));
  const entries = isNested ? Object.entries(value) : [];
  if (entries.length === 0) into.set(path, JSON.stringify(value) ?? "");
  for (const [key, inner] of entries) if (inner !== undefined) walk(path === "" ? key : `${path}.${key}`, inner, into);
}

/** Keys in which two flattened configurations differ, in order. */
export function compareConfigs(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): ConfigDifference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .toSorted()
    .filter((key) => before[key] !== now[key])
    .map((key) => ({
      key,
      ...(before[key] === undefined ? {} : { before: before[key] }),
      ...(now[key] === undefined ? {} : { now: now[key] }),
    }));
}
