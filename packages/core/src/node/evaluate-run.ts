import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { AccuracyByVoter } from "../events.ts";
import type { Spec } from "../registry.ts";
import { accuracy, stagedAccuracy, winners } from "../staged-vote.ts";
import { writeWeights, weightsFit } from "../train/model-weights.ts";
import { partRows } from "../train/part-rows.ts";
import { allRows, predictLogits } from "../train/predict-logits.ts";
import { resolveConfig, settingsOf } from "../train/resolve-config.ts";
import { buildMember } from "../train/member-trainer.ts";
import { createVoters } from "../train/train-run.ts";
import { UserError } from "../user-error.ts";
import { openRun } from "./open-run.ts";
import { readMember } from "./run-folder.ts";
import { loadDataset } from "./load-dataset.ts";

export interface EvaluatedMember {
  readonly member: number;
  readonly architecture: string;
  readonly alpha?: number;
  /** On the test split, in [0, 1]. */
  readonly accuracy: number;
  /** Share of test rows whose class is the one stored when the member was trained; absent on other data. */
  readonly agreement?: number;
}

export interface Evaluation {
  readonly folder: string;
  readonly testRows: number;
  readonly voter: string;
  readonly members: readonly EvaluatedMember[];
  /** Accuracy of the first 1, 2, … members that vote, by voter. */
  readonly staged: readonly AccuracyByVoter[];
  readonly singleMean: number;
}

export interface EvaluateOptions {
  readonly container: DependencyContainer;
  /** Other data than the run was trained on. */
  readonly dataset?: Spec;
  readonly backend?: Spec;
  onProgress?(done: { readonly members: number; readonly of: number }): void;
}

/**
 * Runs every trained member of a run again on the test split and votes anew.
 * @throws UserError when the run has no trained member or a file of it was changed
 */
export async function evaluateRun(folder: string, { container, dataset, backend, onProgress }: EvaluateOptions): Promise<Evaluation> {
  const run = await openRun(folder);
  if (run.members.length === 0)
    throw new UserError(`run folder ${folder}: has no trained member yet. Go on with it by "benn train --resume ${folder}".`);
  const config = resolveConfig({ ...run.config, ...(dataset ? { dataset } : {}), ...(backend ? { backend } : {}) }, container);
  await container.resolve(BACKENDS).create(config.backend).activate();
  const loading = loadDataset(config, container);
  let loaded = await loading.next();
  while (!loaded.done) loaded = await loading.next();
  const data = loaded.value;
  const { labels } = data.test;
  const classes = data.labels.length;
  const members: EvaluatedMember[] = [];
  const voting: { logits: Float32Array; alpha: number; accuracy: number }[] = [];
  for (const member of run.members) {
    const settings = settingsOf(config, member);
    const { record, weights, logits: stored } = await readMember(folder, member);
    const model = buildMember({ config, data, container }, member, settings);
    if (!weightsFit(model, weights))
      throw new UserError(
        `run folder ${folder}: the weights of member ${member} do not fit ${settings.architecture.name} as it is configured. Was experiment.json changed?`,
      );
    writeWeights(model, weights);
    const logits = await predictLogits(model, data.test, allRows(labels.length), { batchSize: partRows(config), shape: data.shape });
    model.dispose();
    const single = accuracy(logits, labels);
    members.push({
      member,
      architecture: settings.architecture.name,
      ...(record.alpha === undefined ? {} : { alpha: record.alpha }),
      accuracy: single,
      ...(dataset ? {} : { agreement: agreement(logits, stored.test, classes) }),
    });
    if (record.alpha !== undefined) voting.push({ logits, alpha: record.alpha, accuracy: single });
    onProgress?.({ members: members.length, of: run.members.length });
  }
  const ballot = { logits: voting.map(({ logits }) => logits), alphas: voting.map(({ alpha }) => alpha), classes };
  const byVoter = [...createVoters({ config, container })].map(([name, voter]) => [name, stagedAccuracy(voter, ballot, labels)] as const);
  data.dispose?.();
  return {
    folder,
    testRows: labels.length,
    voter: config.voter.name,
    members,
    staged: voting.map((_, k) => Object.fromEntries(byVoter.map(([name, stages]) => [name, stages[k] ?? Number.NaN]))),
    singleMean: voting.reduce((sum, single) => sum + single.accuracy, 0) / voting.length,
  };
}

function agreement(logits: Float32Array, stored: Float32Array, classes: number): number {
  const now = winners(logits, classes);
  const then = winners(stored, classes);
  return now.filter((winner, row) => winner === then[row]).length / now.length;
}
