import type { Config } from "@benn/core";
import { wrappedTable } from "../run/wrapped-table.ts";

/** A configuration as a list of keys and short values, for people; programs read it as JSON. */
export function configLines({ members, ...config }: Config, { width, indent = 0 }: { width: number; indent?: number }): string[] {
  const groups = Array.isArray(members) ? members : [];
  let first = 1;
  const rows = groups.map(({ count = 1, ...settings }): readonly [string, string] => {
    const head = `members ${first}${count > 1 ? `–${first + count - 1}` : ""}`;
    first += count;
    return [
      head,
      Object.entries(settings)
        .map(([key, value]) => `${key} ${shortValue(value)}`)
        .join("; ") || "as below",
    ];
  });
  const number = typeof members === "number" ? [["members", String(members)] as const] : [];
  const others = Object.entries(config).map(([key, value]): readonly [string, string] => [key, shortValue(value)]);
  return wrappedTable([...number, ...rows, ...others], { width, indent });
}

/** `nin width=0.25` for a name with options, `1, 2, 3` for a list. */
function shortValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(shortValue).join(", ");
  if (typeof value !== "object" || value === null) return typeof value === "string" ? value : JSON.stringify(value);
  const { name, ...options } = value as Readonly<Record<string, unknown>>;
  const words = Object.entries(options).map(([key, option]) => `${key}=${typeof option === "string" ? option : JSON.stringify(option)}`);
  return [...(typeof name === "string" ? [name] : []), ...words].join(" ");
}
