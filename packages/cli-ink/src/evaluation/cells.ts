// Formats the cells of evaluation tables.
import type { Interval } from "@benn/analysis";
import { percent, table } from "../run/format.ts";

export { probability } from "@benn/report/numbers";

/** `45.8`, for a column in percent. */
export function percentCell(share: number | undefined): string {
  return percent(share).replace(" %", "");
}

/** `[42.7, 48.9]`, in percent. */
export function intervalCell([low, high]: Interval): string {
  return `[${percentCell(low)}, ${percentCell(high)}]`;
}

/** `[1.2, 6.0]`: a difference in percentage points, with its sign. */
export function pointsInterval([low, high]: Interval): string {
  const points = (value: number): string => (100 * value).toFixed(1).replace("-", "−");
  return `[${points(low)}, ${points(high)}]`;
}

/** A name, cut to this many characters. */
export function cut(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

/**
 * Names cut to this many characters, distinct unless the names are equal: by their beginnings, else by both ends, else by their numbers.
 */
export function shortNames(names: readonly string[], most: number): string[] {
  const both = (name: string): string =>
    name.length <= most ? name : `${name.slice(0, Math.ceil((most - 1) / 2))}…${name.slice(name.length - Math.floor((most - 1) / 2))}`;
  const ways = [(name: string) => cut(name, most), both, (name: string, place: number) => cut(`${place + 1} ${name}`, most)];
  const different = new Set(names).size;
  return ways.map((way) => names.map(way)).find((short) => new Set(short).size === different) ?? names.map((_, place) => String(place + 1));
}

/** The first of several forms whose lines fit the width; the last one if none does. */
export function fitting<T>(forms: readonly T[], width: number, linesOf: (form: T) => string[]): string[] {
  let lines: string[] = [];
  for (const form of forms) {
    lines = linesOf(form);
    if (lines.every((line) => line.length <= width)) break;
  }
  return lines;
}

/** An indented table, followed by a blank line. */
export function tableLines(rows: readonly (readonly string[])[], { left = 1, gap = 2 }: Parameters<typeof table>[1] = {}): string[] {
  return [...table(rows, { left, gap }).map((line) => `  ${line}`), ""];
}

/** At most `most` indices of a list: the first ones, then increasingly sparse ones, and the last. */
export function thinned(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, place) => place);
  const all = Array.from({ length: most }, (_, i) => Math.round(length ** (i / (most - 1))) - 1);
  return [...new Set(all.map((place, i) => Math.max(place, i)))].filter((place) => place < length);
}
