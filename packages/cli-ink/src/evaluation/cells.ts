// What stands in the tables of an evaluation.
import type { Interval } from "@benn/analysis";
import { percent, table } from "../run/format.ts";

export { probability } from "@benn/report/numbers";

/** `45.8` in a column in percent. */
export function percentCell(share: number | undefined): string {
  return percent(share).replace(" %", "");
}

/** `[42.7, 48.9]`, in percent. */
export function intervalCell([low, high]: Interval): string {
  return `[${percentCell(low)}, ${percentCell(high)}]`;
}

/** `[1.2, 6.0]` of a difference in points, with its sign. */
export function pointsInterval([low, high]: Interval): string {
  const points = (value: number): string => (100 * value).toFixed(1).replace("-", "−");
  return `[${points(low)}, ${points(high)}]`;
}

/** A name that takes at most so many characters. */
export function cut(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

/** A table, indented, with a blank line below. */
export function tableLines(rows: readonly (readonly string[])[], { left = 1, gap = 2 }: Parameters<typeof table>[1] = {}): string[] {
  return [...table(rows, { left, gap }).map((line) => `  ${line}`), ""];
}

/** Places of a list, at most `most` of them: the first ones, ever fewer then, and the last. */
export function thinned(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, place) => place);
  const all = Array.from({ length: most }, (_, i) => Math.round(length ** (i / (most - 1))) - 1);
  return [...new Set(all.map((place, i) => Math.max(place, i)))].filter((place) => place < length);
}
