import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { ByMetric, ByVoter } from "../events.ts";
import type { Spec } from "../registry.ts";
import { winners } from "../staged-vote.ts";
import type { MetricInfo } from "../metric.ts";
import { writeWeights, weightsFit } from "../train/model-weights.ts";
import { partRows } from "../train/part-rows.ts";
import { allRows, predictLogits } from "../train/predict-logits.ts";
import { resolveConfig, settingsOf } from "../train/resolve-config.ts";
import { buildMember } from "../train/member-trainer.ts";
import { metricsOf } from "../train/member-parts.ts";
import { createVoters } from "../train/stage-votes.ts";
import { UserError } from "../user-error.ts";
import { openRun } from "./open-run.ts";
import { readMember } from "./run-folder.ts";
import { loadDataset } from "./load-dataset.ts";

export interface EvaluatedMember {
  readonly member: number;
  readonly architecture: string;
  readonly alpha?: number;
  /** On the test split. */
  readonly metrics: ByMetric;
  /** Share of test rows whose class is the one stored when the member was trained; absent on other data. */
  readonly agreement?: number;
}

export interface Evaluation {
  readonly folder: string;
  readonly testRows: number;
  readonly voter: string;
  /** The run's; the first is the one that a summary names. */
  readonly metrics: readonly MetricInfo[];
  readonly members: readonly EvaluatedMember[];
  /** Of the vote of the first 1, 2, … members that vote, on the test split. */
  readonly staged: readonly ByMetric<ByVoter>[];
  /** Mean over the members that vote. */
  readonly singleMean: ByMetric;
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
  const metrics = Object.entries(metricsOf({ config, container }, classes));
  const voting: { logits: Float32Array; validation: Float32Array | undefined; alpha: number; metrics: ByMetric }[] = [];
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
    const single = Object.fromEntries(metrics.map(([name, metric]) => [name, metric.of(logits, labels)]));
    members.push({
      member,
      architecture: settings.architecture.name,
      ...(record.alpha === undefined ? {} : { alpha: record.alpha }),
      metrics: single,
      ...(dataset ? {} : { agreement: agreement(logits, stored.test, classes) }),
    });
    if (record.alpha !== undefined) {
      // Other data has no logits of held-out rows to fit a voter on.
      voting.push({ logits, validation: dataset ? undefined : stored.validation, alpha: record.alpha, metrics: single });
    }
    onProgress?.({ members: members.length, of: run.members.length });
  }
  const voters = [...createVoters({ config, container })];
  const ofVotes = metrics.filter(([, metric]) => !metric.membersOnly);
  const staged = voting.map((_, k) => {
    const first = voting.slice(0, k + 1);
    const ballot = { logits: first.map(({ logits }) => logits), alphas: first.map(({ alpha }) => alpha), classes };
    const onValidation = first.flatMap(({ validation }) => (validation ? [validation] : []));
    if (data.validation && onValidation.length === first.length) {
      const held = { ...ballot, logits: onValidation, labels: data.validation.labels };
      for (const [, voter] of voters) voter.fit?.(held);
    }
    const scores = voters.map(([name, voter]) => [name, voter.vote(ballot)] as const);
    const byVoter = (of: (typeof ofVotes)[number][1]["of"]): ByVoter =>
      Object.fromEntries(scores.map(([name, own]) => [name, of(own, labels)]));
    return Object.fromEntries(ofVotes.map(([name, metric]) => [name, byVoter(metric.of)]));
  });
  data.dispose?.();
  const meanOf = (name: string): number => voting.reduce((sum, single) => sum + (single.metrics[name] ?? Number.NaN), 0) / voting.length;
  return {
    folder,
    testRows: labels.length,
    voter: config.voter.name,
    metrics: metrics.map(([name, { title, unit, better }]) => ({ name, title, unit, better })),
    members,
    staged,
    singleMean: Object.fromEntries(metrics.map(([name]) => [name, meanOf(name)])),
  };
}

function agreement(logits: Float32Array, stored: Float32Array, classes: number): number {
  const now = winners(logits, classes);
  const then = winners(stored, classes);
  return now.filter((winner, row) => winner === then[row]).length / now.length;
}
