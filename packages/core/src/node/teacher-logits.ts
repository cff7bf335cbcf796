import type { DependencyContainer } from "tsyringe";
import type { LoadedDataset } from "../dataset.ts";
import { resolveConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { createVoters } from "../train/stage-votes.ts";
import { openRun } from "./open-run.ts";
import { readMember } from "./read-member.ts";
import { differenceOfData } from "./same-data.ts";

/**
 * Logits of the vote of a trained run on the training rows [rows, classes], as they were stored: the scores of the run's voter divided
 * by the sum of the vote weights.
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
  const config = resolveConfig(run.config, container);
  const voter = createVoters({ config, container }).get(config.voter.name);
  const scores = voter?.vote({ logits: voting.map(({ logits }) => logits.train), alphas, classes: data.labels.length });
  if (scores?.length !== data.train.labels.length * data.labels.length) {
    throw new UserError(
      `teacher ${folder}: its stored logits are not of these ${data.train.labels.length} training rows. Were its files changed?`,
    );
  }
  return Float32Array.from(scores, (score) => score / total);
}
