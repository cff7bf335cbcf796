import { type Random } from "@benn/core";
import { shuffle } from "@benn/core/internals";

/**
 * Takes `count` rows at random, of each class as near to its share as whole numbers allow.
 * @param labels class of every row of the set
 * @param rows to take from, in rising order
 * @returns the rows taken and the rest, each in rising order
 */
export function takeRows(
  labels: Int32Array,
  rows: Int32Array,
  count: number,
  { classes, random }: { readonly classes: number; readonly random: Random },
): { readonly taken: Int32Array; readonly rest: Int32Array } {
  // Sorted by class with a count of each, since a thousand passes over a million rows would take a while.
  const starts = new Int32Array(classes + 1);
  for (const row of rows) starts[labels[row]! + 1]!++;
  for (let label = 0; label < classes; label++) starts[label + 1]! += starts[label]!;
  const next = starts.slice();
  const byClass = new Int32Array(rows.length);
  for (const row of rows) byClass[next[labels[row]!]!++] = row;

  const isTaken = new Uint8Array(labels.length);
  for (let label = 0; label < classes; label++) {
    const [from, to] = [starts[label]!, starts[label + 1]!];
    // What falls to the classes up to this one, rounded, less what the earlier ones gave: the sum is exactly `count`.
    const share = Math.round((count * to) / rows.length) - Math.round((count * from) / rows.length);
    const own = shuffle(byClass.subarray(from, to), random);
    for (let i = 0; i < share; i++) isTaken[own[i]!] = 1;
  }
  return { taken: rows.filter((row) => isTaken[row] === 1), rest: rows.filter((row) => isTaken[row] === 0) };
}
