import { UserError } from "@benn/core";
import type { ClassList } from "./class-list.ts";
import type { Pictures } from "./pictures.ts";

/**
 * Class names of pictures whose labels are numbers: from the list, or the numbers themselves up to the highest.
 * @throws UserError for no pictures, fewer than two classes, or labels that are missing in the list or the training pictures
 */
export function numberedClasses(of: {
  readonly training: Pictures;
  readonly testing: Pictures;
  readonly classes: ClassList | undefined;
  /** Names of the parts in messages. */
  readonly train: string;
  readonly test: string;
}): readonly string[] {
  const { training, testing, classes, train, test } = of;
  for (const [pictures, name] of [
    [training, train],
    [testing, test],
  ] as const) {
    if (pictures.labels.length === 0) throw new UserError(`imagenet: "${name}" has no pictures. Name another with dataset.train and val.`);
  }
  const seen = new Set(training.labels);
  if (seen.size < 2) throw new UserError(`imagenet: "${train}" has pictures of one class only. Training needs at least two.`);
  const highest = training.labels.reduce((most, label) => Math.max(most, label), 0);
  if (classes && highest >= classes.names.length) {
    throw new UserError(
      `imagenet: "${train}" has the label ${highest}, but the list of classes ends at ${classes.names.length - 1}. Fix the list.`,
    );
  }
  const strange = testing.labels.find((label) => !seen.has(label));
  if (strange !== undefined) {
    throw new UserError(
      `imagenet: the classes of training and validation differ: "${test}" has the label ${strange}, "${train}" does not. Use two of one set.`,
    );
  }
  return classes?.names ?? Array.from({ length: highest + 1 }, (_, label) => String(label));
}
