import { type Random } from "@benn/core";
import { shuffle } from "@benn/core/internals";

/** Rows of each class, class by class, in the order of `rows`. */
function byClass(labels: Uint8Array, rows: Int32Array, classes: number): Int32Array[] {
  return Array.from({ length: classes }, (_, label) => rows.filter((row) => labels[row] === label));
}

/**
 * Takes `count` of `rows` at random, of each class as near to its share as whole numbers allow.
 * @param labels class of every row of the set
 * @returns the rows taken and the rest, each in rising order
 */
export function takeRows(
  labels: Uint8Array,
  rows: Int32Array,
  count: number,
  { classes, random }: { readonly classes: number; readonly random: Random },
): { readonly taken: Int32Array; readonly rest: Int32Array } {
  const taken: number[] = [];
  const rest: number[] = [];
  let seen = 0;
  for (const own of byClass(labels, rows, classes)) {
    // What falls to the classes up to this one, rounded, less what the earlier ones gave: the sum is exactly `count`.
    const end = Math.round((count * (seen + own.length)) / rows.length);
    const share = end - Math.round((count * seen) / rows.length);
    seen += own.length;
    const order = shuffle(own, random);
    taken.push(...order.subarray(0, share));
    rest.push(...order.subarray(share));
  }
  return { taken: Int32Array.from(taken).toSorted(), rest: Int32Array.from(rest).toSorted() };
}
