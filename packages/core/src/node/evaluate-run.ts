import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { LoadedDataset, Split } from "../dataset.ts";
import type { ByMetric, ByVoter } from "../events.ts";
import type { Spec } from "../registry.ts";
import { winners } from "../staged-vote.ts";
import type { MetricInfo } from "../metric.ts";
import { checkFinite } from "../train/check-finite.ts";
import { nameOf } from "../train/memory-advice.ts";
import { writeWeights, weightsFit } from "../train/model-weights.ts";
import { mirroredSplit } from "../train/mirrored-split.ts";
import { partRows } from "../train/part-rows.ts";
import { allRows, predictLogits } from "../train/predict-logits.ts";
import { type ResolvedConfig, resolveConfig, settingsOf } from "../train/resolve-config.ts";
import { buildMember } from "../train/member-trainer.ts";
import { metricsOf } from "../train/member-parts.ts";
import { createVoters } from "../train/stage-votes.ts";
import { UserError } from "../user-error.ts";
import { openRun, type SavedRun } from "./open-run.ts";
import { readMember } from "./read-member.ts";
import { differenceOfData } from "./same-data.ts";
import { loadDataset } from "./load-dataset.ts";

export interface EvaluatedMember {
  readonly member: number;
  readonly architecture: string;
  readonly alpha?: number;
  /** On the test split. */
  readonly metrics: ByMetric;
  /** Share of test rows whose class, without a mirror image, is the one stored when the member was trained; absent on other data. */
  readonly agreement?: number;
}

export interface Evaluation {
  readonly folder: string;
  readonly testRows: number;
  /** Whether members vote by the mean of their logits of an image and of its mirror image. */
  readonly mirror: boolean;
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
  /**
   * Also run each member on the mirror image, left to right, of each test image, and take the mean of both logits before the vote: twice the
   * time. What is stored stays as it is, and a voter that learns is fitted on what is stored, of images alone. Default false.
   */
  readonly mirror?: boolean;
  /** Called after each member, and after each batch of the next one with the rows done of it; a mirror image is a row of its own. */
  onProgress?(done: { readonly members: number; readonly of: number; readonly rows: number; readonly ofRows: number }): void;
  /** Ends it between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * Runs every trained member of a run again on the test split and votes anew.
 * @throws UserError when the run has no trained member or a file of it was changed; the signal's reason once that is aborted
 */
export async function evaluateRun(folder: string, options: EvaluateOptions): Promise<Evaluation> {
  const { container, dataset, backend, signal } = options;
  const run = await openRun(folder);
  if (run.members.length === 0)
    throw new UserError(`run folder ${folder}: has no trained member yet. Go on with it by "benn train --resume ${folder}".`);
  const config = resolveConfig({ ...run.config, ...(dataset ? { dataset } : {}), ...(backend ? { backend } : {}) }, container);
  await container.resolve(BACKENDS).create(config.backend).activate();
  const loading = loadDataset(config, container, signal);
  let loaded = await loading.next();
  while (!loaded.done) loaded = await loading.next();
  try {
    return await evaluateOn(loaded.value, run, config, options);
  } finally {
    loaded.value.dispose?.();
  }
}

async function evaluateOn(
  data: LoadedDataset,
  run: SavedRun,
  config: ResolvedConfig,
  { container, mirror = false, onProgress, signal }: EvaluateOptions,
): Promise<Evaluation> {
  // Known by its checksums, not by its place.
  const isOther = (await differenceOfData(run.folder, { data, dataset: config.dataset, container })) !== undefined;
  const { folder } = run;
  const { labels } = data.test;
  const classes = data.labels.length;
  const ofRows = mirror ? 2 * labels.length : labels.length;
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
    checkFinite(nameOf(member), weights, "Train it anew.");
    writeWeights(model, weights);
    const options = { who: `${nameOf(member)}, test images`, batchSize: partRows(config), shape: data.shape, classes };
    const logitsOf = (split: Split, before: number): Promise<Float32Array> =>
      finish(predictLogits(model, split, allRows(labels.length), { ...options, before }), (rows) => {
        signal?.throwIfAborted();
        onProgress?.({ members: members.length, of: run.members.length, rows, ofRows });
      });
    let plain: Float32Array;
    let logits: Float32Array;
    try {
      logits = plain = await logitsOf(data.test, 0);
      if (mirror) {
        const mirrored = await logitsOf(mirroredSplit(data.test, data.shape), labels.length);
        logits = plain.map((logit, i) => (logit + (mirrored[i] ?? Number.NaN)) / 2);
      }
    } finally {
      model.dispose();
    }
    const single = Object.fromEntries(metrics.map(([name, metric]) => [name, metric.of(logits, labels)]));
    members.push({
      member,
      architecture: settings.architecture.name,
      ...(record.alpha === undefined ? {} : { alpha: record.alpha }),
      metrics: single,
      ...(isOther ? {} : { agreement: agreement(plain, stored.test, classes) }),
    });
    if (record.alpha !== undefined) {
      // Other data has no logits of held-out rows to fit a voter on.
      voting.push({ logits, validation: isOther ? undefined : stored.validation, alpha: record.alpha, metrics: single });
    }
    onProgress?.({ members: members.length, of: run.members.length, rows: 0, ofRows });
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
  const meanOf = (name: string): number => voting.reduce((sum, single) => sum + (single.metrics[name] ?? Number.NaN), 0) / voting.length;
  return {
    folder,
    testRows: labels.length,
    mirror,
    voter: config.voter.name,
    metrics: metrics.map(([name, { title, unit, better }]) => ({ name, title, unit, better })),
    members,
    staged,
    singleMean: Object.fromEntries(metrics.map(([name]) => [name, meanOf(name)])),
  };
}

/** @param onRows called with the rows done after each batch; an error thrown here ends the scoring */
async function finish<T>(scoring: AsyncGenerator<number, T>, onRows: (done: number) => void): Promise<T> {
  for (;;) {
    const next = await scoring.next();
    if (next.done) return next.value;
    onRows(next.value);
  }
}

function agreement(logits: Float32Array, stored: Float32Array, classes: number): number {
  const now = winners(logits, classes);
  const then = winners(stored, classes);
  return now.filter((winner, row) => winner === then[row]).length / now.length;
}
