import { UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { takeRows } from "@benn/data-kit";
import { DATASET } from "./dataset-name.ts";

/**
 * Splits rows into training and test rows: the share of each class, but at least one row. A class's test rows depend on its name and its
 * rows alone, not on a run's seed or on other classes, so that runs are comparable.
 * @param labels class of every row
 * @param rows in ascending order, those of one class together
 * @throws UserError for a class of one picture
 */
export function splitByClass(
  labels: Int32Array,
  rows: Int32Array,
  { classes, testShare }: { readonly classes: readonly string[]; readonly testShare: number },
): { readonly train: Int32Array; readonly test: Int32Array } {
  const [train, test]: [number[], number[]] = [[], []];
  for (const [label, name] of classes.entries()) {
    const own = rows.filter((row) => labels[row] === label);
    if (own.length < 2) {
      throw new UserError(
        `${DATASET}: the class "${name}" has one picture, which cannot be both for training and for testing. Add some, or remove the class.`,
      );
    }
    const count = Math.min(own.length - 1, Math.max(1, Math.round(testShare * own.length)));
    const { taken, rest } = takeRows(labels, own, count, { classes: classes.length, random: createRandom(0, DATASET, "test", name) });
    train.push(...rest);
    test.push(...taken);
  }
  return { train: Int32Array.from(train).toSorted(), test: Int32Array.from(test).toSorted() };
}
