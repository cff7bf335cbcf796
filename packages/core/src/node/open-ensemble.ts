import type { DependencyContainer } from "tsyringe";
import { ARCHITECTURES } from "../architecture.ts";
import { BINARIZERS } from "../binarizer.ts";
import type { LoadedDataset, SplitName } from "../dataset.ts";
import type { Metric } from "../metric.ts";
import type { Spec } from "../registry.ts";
import { everyMetricOf } from "../train/member-parts.ts";
import { type ResolvedConfig, resolveConfig, settingsOf } from "../train/resolve-config.ts";
import { createVoters } from "../train/stage-votes.ts";
import { UserError } from "../user-error.ts";
import type { Voter } from "../voter.ts";
import { gatherLogits, type LogitsSource } from "./gather-logits.ts";
import { loadDataset } from "./load-dataset.ts";
import { membersOf, openRun } from "./open-run.ts";
import { readMemberRecord } from "./read-member.ts";
import { readRunFacts } from "./run-facts.ts";
import { differenceOfData } from "./same-data.ts";
import { surveyRun } from "./survey-run.ts";
import { readValidationLabels } from "./validation-labels.ts";

/** A trained member, without its weights. */
export interface EnsembleMember {
  readonly member: number;
  /** For example `nin width=0.5`. */
  readonly architecture: string;
  readonly binarizer: string;
  /** Vote weight; absent if the scheme rejected the member, which then does not vote. */
  readonly alpha?: number;
  /** Splits whose logits were computed now; on other splits they are those stored in training. */
  readonly computed: readonly SplitName[];
  /** For splits computed `again`: share of rows with the same class as stored. */
  readonly agreement: Readonly<Partial<Record<SplitName, number>>>;
}

/** Labels of a split, and each member's logits on its images. */
export interface EnsembleSplit {
  /** [rows] */
  readonly labels: Int32Array;
  /** Logits [to − from, classes] of rows `from` to `to` − 1: one array per member, in the order of `members`. Read only. */
  logits(from: number, to: number): Float32Array[];
}

/** The trained members of a run with their logits, for evaluation, selection and reports. */
export interface Ensemble {
  readonly folder: string;
  /** Names of the classes. */
  readonly classes: readonly string[];
  readonly members: readonly EnsembleMember[];
  /** Number of members in the configuration. */
  readonly planned: number;
  /** Whether the run has ended, possibly with fewer members. */
  readonly ended: boolean;
  readonly mirror: boolean;
  /** The voter of the run's configuration. */
  readonly voter: string;
  /** Metrics of the configuration first, then all other registered ones that apply to the number of classes. */
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly splits: Readonly<Partial<Record<SplitName, EnsembleSplit>>>;
  /** How the data differ from the run's own, as a phrase; absent if they do not. */
  readonly otherData?: string;
  /** Deviations from the run's own data and stored logits, one sentence each. */
  readonly notes: readonly string[];
  /** Creates the run's voter, those that every run is compared by, and `others`, by name. Voters are new, because one that learns is fitted once. */
  createVoters(others?: readonly string[]): ReadonlyMap<string, Voter>;
}

export interface OpenEnsembleOptions {
  /** Holds the registries, with the run's plugins loaded. */
  readonly container: DependencyContainer;
  /** The data of the run, if they are loaded already; not disposed. */
  readonly data?: LoadedDataset;
  /** Other data, or the run's own at another path. */
  readonly dataset?: Spec;
  /** The backend to use if anything must be computed. */
  readonly backend?: Spec;
  /**
   * Averages each member's logits of an image and of its mirror image (left to right). Computes everything, in twice the time. Default
   * false.
   */
  readonly mirror?: boolean;
  /** Computes all logits, and reports how far they agree with stored ones. Default false. */
  readonly again?: boolean;
  /** Default: all; with `mirror`, validation and test; on other data, test. Held-out rows are always included if they exist. */
  readonly splits?: readonly SplitName[];
  /** Called while data are read and logits computed; for logits, `total` counts the rows of all members, and a mirror image is a row. */
  onProgress?(progress: { readonly what: string; readonly done: number; readonly total: number }): void;
  /** Aborts between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * Opens the trained members of a run for evaluation. Takes stored logits whose checksums are right, and computes others from the weights.
 * On other data, held-out rows are still the run's own, as it stored them. Writes nothing.
 * @throws UserError if the run has no trained member, or needed weights are missing or damaged; the signal's reason if it is aborted
 */
export async function openEnsemble(folder: string, options: OpenEnsembleOptions): Promise<Ensemble> {
  const { container, dataset, backend, mirror = false, again = false } = options;
  const run = await openRun(folder);
  if (run.members.length === 0)
    throw new UserError(`run folder ${folder}: has no trained member yet. Resume it with "benn train --resume ${folder}".`);
  const config = resolveConfig({ ...run.config, ...(dataset ? { dataset } : {}), ...(backend ? { backend } : {}) }, container);
  const facts = await readRunFacts(folder);
  const members = await Promise.all(run.members.map((member) => readMemberRecord(folder, member, facts)));
  const data = options.data ?? (await load(config, options));
  try {
    const difference = await differenceOfData(folder, { data, dataset: config.dataset, container });
    const isOther = difference !== undefined;
    const held = facts.rows?.validation;
    const asked = options.splits ?? (isOther || mirror ? ["test"] : ["train", "test"]);
    const validation = !isOther ? data.validation?.labels : held === undefined ? undefined : await readValidationLabels(folder, held);
    const labels: Readonly<Partial<Record<SplitName, Int32Array>>> = {
      ...(asked.includes("train") ? { train: data.train.labels } : {}),
      ...(validation ? { validation } : {}),
      ...(asked.includes("test") ? { test: data.test.labels } : {}),
    };
    const names = Object.keys(labels) as SplitName[];
    // On other data, only held-out rows are the run's own: those it stored.
    const from = (split: SplitName): LogitsSource =>
      isOther ? (split === "validation" ? "stored" : "computed") : mirror || again ? "computed" : "any";
    const splits = Object.fromEntries(names.map((split) => [split, { rows: labels[split]!.length, from: from(split) }]));
    const compare = again && !isOther;
    const gathered = await gatherLogits({ ...options, folder, config, data, members, splits, mirror, compare });
    const { metrics, left } = everyMetricOf({ config, container }, data.labels.length);
    const splitOf = (split: SplitName): EnsembleSplit => ({
      labels: labels[split]!,
      logits: (from, to) => gathered.members.map(({ logits }) => logits[split]!(from, to)),
    });
    return {
      folder,
      classes: data.labels,
      members: members.map(({ record: { member, alpha } }, at) => ({
        ...namesOf(config, container, member),
        ...(alpha === undefined ? {} : { alpha }),
        computed: gathered.members[at]!.computed,
        agreement: gathered.members[at]!.agreement,
      })),
      planned: membersOf(run.config),
      ended: (await surveyRun(folder)).ended,
      mirror,
      voter: config.voter.name,
      metrics,
      splits: Object.fromEntries(names.map((split) => [split, splitOf(split)])),
      ...(isOther ? { otherData: difference } : {}),
      notes: [...(isOther ? [`These are other data than the run's (${difference}).`] : []), ...gathered.notes, ...left],
      createVoters: (others) => createVoters({ config, container }, others),
    };
  } finally {
    if (!options.data) data.dispose?.();
  }
}

async function load(config: ResolvedConfig, { container, onProgress, signal }: OpenEnsembleOptions): Promise<LoadedDataset> {
  const loading = loadDataset(config, container, signal);
  for (;;) {
    const next = await loading.next();
    if (next.done) return next.value;
    if (next.value.type === "progress") onProgress?.(next.value);
  }
}

function namesOf(
  config: ResolvedConfig,
  container: DependencyContainer,
  member: number,
): Pick<EnsembleMember, "member" | "architecture" | "binarizer"> {
  const { architecture, binarizer } = settingsOf(config, member);
  return {
    member,
    architecture: container.resolve(ARCHITECTURES).label(architecture),
    binarizer: container.resolve(BINARIZERS).label(binarizer),
  };
}
