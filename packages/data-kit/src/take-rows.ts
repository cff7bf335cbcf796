import { type LoadOptions, type Random, UserError } from "@benn/core";
import { createRandom, shuffle } from "@benn/core/internals";

/**
 * Draws `count` rows at random, with each class as close to its share as whole numbers allow.
 * @param labels class of every row of the set
 * @param rows to draw from, in ascending order
 * @returns the drawn rows and the rest, each in ascending order
 */
export function takeRows(
  labels: Uint8Array | Int32Array,
  rows: Int32Array,
  count: number,
  { classes, random }: { readonly classes: number; readonly random: Random },
): { readonly taken: Int32Array; readonly rest: Int32Array } {
  // Sorted by class with one counting pass, since a thousand passes over a million rows would be slow.
  const starts = new Int32Array(classes + 1);
  for (const row of rows) starts[labels[row]! + 1]!++;
  for (let label = 0; label < classes; label++) starts[label + 1]! += starts[label]!;
  const next = starts.slice();
  const byClass = new Int32Array(rows.length);
  for (const row of rows) byClass[next[labels[row]!]!++] = row;

  const isTaken = new Uint8Array(labels.length);
  for (let label = 0; label < classes; label++) {
    const [from, to] = [starts[label]!, starts[label + 1]!];
    // The rounded share of the classes up to this one, minus that of the earlier ones: the sum is exactly `count`.
    const share = Math.round((count * to) / rows.length) - Math.round((count * from) / rows.length);
    const own = shuffle(byClass.subarray(from, to), random);
    for (let i = 0; i < share; i++) isTaken[own[i]!] = 1;
  }
  return { taken: rows.filter((row) => isTaken[row] === 1), rest: rows.filter((row) => isTaken[row] === 0) };
}

interface Subject {
  /** Name of the data set. */
  readonly dataset: string;
  readonly classes: number;
}

/** Labelled rows. */
interface Labelled {
  /** Class of each row. */
  readonly labels: Uint8Array | Int32Array;
  /** The rows that belong to it, in ascending order; absent: all. */
  readonly rows?: Int32Array;
}

/**
 * `count` of the rows, with equal shares of each class and the same for every seed; all of them if it is undefined.
 * @param name of the option that requests them
 * @throws UserError if there are fewer
 */
export function takeFixedRows(
  { labels, rows = Int32Array.from(labels.keys()) }: Labelled,
  count: number | undefined,
  { dataset, name, classes }: Subject & { readonly name: string },
): Int32Array {
  if (count === undefined) return rows;
  if (count > rows.length) throw new UserError(`${dataset}: ${name} is ${count}, but there are only ${rows.length}. Lower it.`);
  return takeRows(labels, rows, count, { classes, random: createRandom(0, dataset, name) }).taken;
}

/**
 * Splits the validation rows off the training rows.
 * @throws UserError if none are left
 */
export function holdOut(
  labels: Uint8Array | Int32Array,
  rows: Int32Array,
  { validation, random }: Pick<LoadOptions, "validation" | "random">,
  { dataset, classes }: Subject,
): ReturnType<typeof takeRows> {
  const held = takeRows(labels, rows, Math.round(validation * rows.length), { classes, random });
  if (held.rest.length > 0) return held;
  throw new UserError(`${dataset}: validation ${validation} of ${rows.length} training images leaves none to train on. Lower it.`);
}
