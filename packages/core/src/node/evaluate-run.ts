import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { ByMetric, ByVoter } from "../events.ts";
import type { Spec } from "../registry.ts";
import type { MetricInfo } from "../metric.ts";
import { type ResolvedConfig, resolveConfig, settingsOf } from "../train/resolve-config.ts";
import { metricsOf } from "../train/member-parts.ts";
import { createVoters } from "../train/stage-votes.ts";
import { UserError } from "../user-error.ts";
import { gatherLogits } from "./gather-logits.ts";
import type { SavedMember } from "./member-file.ts";
import { openRun, type SavedRun } from "./open-run.ts";
import { readMember, readMemberRecord } from "./read-member.ts";
import { readRunFacts } from "./run-facts.ts";
import { differenceOfData } from "./same-data.ts";
import { loadDataset } from "./load-dataset.ts";
import { readValidationLabels } from "./validation-labels.ts";

export interface EvaluatedMember {
  readonly member: number;
  readonly architecture: string;
  readonly alpha?: number;
  /** On the test split. */
  readonly metrics: ByMetric;
  /** Share of test rows whose class, without a mirror image, equals the one stored when the member was trained; absent on other data. */
  readonly agreement?: number;
}

export interface Evaluation {
  readonly folder: string;
  readonly testRows: number;
  /** Whether each member votes by the mean of its logits of an image and of its mirror image. */
  readonly mirror: boolean;
  readonly voter: string;
  /** Metrics of the run; summaries show the first one. */
  readonly metrics: readonly MetricInfo[];
  readonly members: readonly EvaluatedMember[];
  /** Metrics of the vote of the first 1, 2, … voting members, on the test split. */
  readonly staged: readonly ByMetric<ByVoter>[];
  /** Mean over the members that vote. */
  readonly singleMean: ByMetric;
}

export interface EvaluateOptions {
  readonly container: DependencyContainer;
  /** The dataset, if it is not the one that the run was trained on. */
  readonly dataset?: Spec;
  readonly backend?: Spec;
  /**
   * Also runs each member on the mirror image (left to right) of each test image, and averages both logits before the vote; takes twice the
   * time. Stored logits are not affected; a voter that learns is fitted on stored logits, of unmirrored images alone. Default false.
   */
  readonly mirror?: boolean;
  /** Called after each batch: rows done, of those of all members together; a mirror image counts as a row. */
  onProgress?(progress: { readonly what: string; readonly done: number; readonly total: number }): void;
  /** Aborts between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * Runs every trained member of a run again on the test split and votes again.
 * @throws UserError if the run has no trained member or one of its files was changed; the signal's reason if it is aborted
 */
export async function evaluateRun(folder: string, options: EvaluateOptions): Promise<Evaluation> {
  const { container, dataset, backend, signal } = options;
  const run = await openRun(folder);
  if (run.members.length === 0)
    throw new UserError(`run folder ${folder}: has no trained member yet. Resume it with "benn train --resume ${folder}".`);
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
  // Data are identified by their checksums, not by their path.
  const isOther = (await differenceOfData(run.folder, { data, dataset: config.dataset, container })) !== undefined;
  const { folder } = run;
  const { labels } = data.test;
  const classes = data.labels.length;
  const facts = await readRunFacts(folder);
  const saved: SavedMember[] = [];
  const onValidation: (Float32Array | undefined)[] = [];
  for (const member of run.members) {
    onValidation.push((await readMember(folder, member)).logits.validation); // verifies that every file of the member is intact
    saved.push(await readMemberRecord(folder, member, facts));
  }
  const splits = { test: { rows: labels.length, from: "computed" } } as const;
  const task = { folder, config, data, container, members: saved, splits, mirror, compare: !isOther, onProgress, signal };
  const gathered = (await gatherLogits(task)).members;
  const metrics = Object.entries(metricsOf({ config, container }, classes));
  const members: EvaluatedMember[] = [];
  const voting: { logits: Float32Array; validation: Float32Array | undefined; alpha: number; metrics: ByMetric }[] = [];
  for (const [at, { record }] of saved.entries()) {
    const { logits: own, agreement } = gathered[at]!;
    const logits = own.test!(0, labels.length);
    const single = Object.fromEntries(metrics.map(([name, metric]) => [name, metric.of(logits, labels)]));
    members.push({
      member: record.member,
      architecture: settingsOf(config, record.member).architecture.name,
      ...(record.alpha === undefined ? {} : { alpha: record.alpha }),
      metrics: single,
      ...(agreement.test === undefined ? {} : { agreement: agreement.test }),
    });
    if (record.alpha !== undefined) {
      // A voter is fitted on the rows that the run held out, as it stored them, also when it is evaluated on other data.
      voting.push({ logits, validation: onValidation[at], alpha: record.alpha, metrics: single });
    }
  }
  const heldRows = facts.rows?.validation;
  const heldLabels = !isOther ? data.validation?.labels : heldRows === undefined ? undefined : await readValidationLabels(folder, heldRows);
  const ofVotes = metrics.filter(([, metric]) => !metric.membersOnly);
  const staged = voting.map((_, k) => {
    const first = voting.slice(0, k + 1);
    const ballot = { logits: first.map(({ logits }) => logits), alphas: first.map(({ alpha }) => alpha), classes };
    const onValidation = first.flatMap(({ validation }) => (validation ? [validation] : []));
    const voters = [...createVoters({ config, container })];
    if (heldLabels && onValidation.length === first.length) {
      const held = { ...ballot, logits: onValidation, labels: heldLabels };
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
