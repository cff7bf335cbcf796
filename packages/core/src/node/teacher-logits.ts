import type { DependencyContainer } from "tsyringe";
import type { LoadedDataset } from "../dataset.ts";
import { UserError } from "../user-error.ts";
import { openRun } from "./open-run.ts";
import { readMember } from "./read-member.ts";
import { differenceOfData } from "./same-data.ts";

/**
 * Logits of a trained run on the training rows [rows, classes], as they were stored: the mean of its members' logits, weighted by their
 * vote weights, whichever way the run votes, since a hard vote's scores and probabilities are no logits.
 * @throws UserError when the folder is no run, has no voting member, or was trained on other rows
 */
export async function readTeacherLogits(folder: string, data: LoadedDataset, container: DependencyContainer): Promise<Float32Array> {
  const run = await openRun(folder);
  const difference = await differenceOfData(folder, { data, container });
  if (difference !== undefined) {
    throw new UserError(
      `teacher ${folder}: was trained on other data, so its logits are of other rows (${difference}). Name a run on the same data, held-out rows and preprocessing.`,
    );
  }
  const members = await Promise.all(run.members.map(async (member) => await readMember(folder, member)));
  const voting = members.filter(({ record }) => record.alpha !== undefined);
  const alphas = voting.map(({ record }) => record.alpha ?? 0);
  const total = alphas.reduce((sum, alpha) => sum + alpha, 0);
  if (!(total > 0)) throw new UserError(`teacher ${folder}: has no members whose vote counts. Train it first.`);
  const size = data.train.labels.length * data.labels.length;
  if (voting.some(({ logits }) => logits.train.length !== size)) {
    throw new UserError(
      `teacher ${folder}: its stored logits are not of these ${data.train.labels.length} training rows. Were its files changed?`,
    );
  }
  return Float32Array.from(
    { length: size },
    (_, i) => voting.reduce((sum, { logits }, m) => sum + alphas[m]! * logits.train[i]!, 0) / total,
  );
}
