import type { MetricInfo, Random, SplitName } from "@benn/core";
import type { Ensemble, EnsembleMember } from "@benn/core/node";
import { type Calibration, calibration, confidences } from "./calibration.ts";
import { type ClassReport, classReport } from "./class-report.ts";
import { type ComparedMember, compareMembers } from "./compare-members.ts";
import { type Confusion, confusionMatrix, confusions } from "./confusion-matrix.ts";
import { type Diversity, diversity } from "./diversity.ts";
import { fittedVoters } from "./fitted-voters.ts";
import { type FixedAndBroke, fixedAndBroke } from "./fixed-and-broke.ts";
import { rightRows } from "./right-rows.ts";
import { type RiskCoverage, riskCoverage } from "./risk-coverage.ts";
import { finish, type StepProgress } from "./steps.ts";
import { fitTemperatureInSteps } from "./temperature.ts";
import { voteProbabilities } from "./vote-probabilities.ts";
import { countedRows, type Measured, type VotedSplit, voteSplitInSteps } from "./vote-split.ts";
import { type Interval, wilson } from "./wilson.ts";

/** Accuracy and metrics on some rows. */
export interface Accuracy {
  readonly right: number;
  readonly accuracy: number;
  /** Wilson's 95 % interval. */
  readonly interval: Interval;
  /** By name. NaN if a metric is undefined for these rows. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface EvaluatedSplit {
  readonly rows: number;
  /** Every single member, including those without a vote, in the order of `members`. */
  readonly members: readonly Accuracy[];
  /** Mean over the members that vote. */
  readonly singleMean: Pick<Accuracy, "accuracy" | "metrics">;
  /** The vote of the first 1, 2, … members that vote, by voter. */
  readonly staged: readonly Readonly<Record<string, Accuracy>>[];
}

/** The final vote by the run's voter, on the split of the detailed evaluation. */
export interface EvaluatedVote {
  /** The split. */
  readonly on: SplitName;
  readonly rows: number;
  /**
   * Comparison with single members: the best on these rows, and the best on validation rows if some are held out. Empty for an ensemble of
   * one.
   */
  readonly against: readonly ComparedMember[];
  /** [classes] */
  readonly perClass: readonly ClassReport[];
  /** Every pair of classes that is confused, the most frequent first. */
  readonly confusions: readonly Confusion[];
  /** Of the voting members; members are indexed among those. */
  readonly diversity: Diversity;
  /** For the second voting member, the third … */
  readonly fixedAndBroke: readonly FixedAndBroke[];
  /** Of the vote's own probabilities. */
  readonly calibration: Calibration;
  /** Fitted on validation rows; absent without them. */
  readonly temperature?: number;
  /** With that temperature. */
  readonly calibrated?: Calibration;
  readonly riskCoverage: RiskCoverage;
}

export interface EnsembleEvaluation {
  /** Version of this structure, which docs/eval.md describes. */
  readonly format: 1;
  readonly folder: string;
  readonly voter: string;
  readonly mirror: boolean;
  readonly classes: readonly string[];
  readonly planned: number;
  readonly ended: boolean;
  readonly members: readonly EnsembleMember[];
  readonly metrics: readonly MetricInfo[];
  readonly splits: Readonly<Partial<Record<SplitName, EvaluatedSplit>>>;
  readonly vote: EvaluatedVote;
  /** Notes on these numbers, one sentence each. */
  readonly notes: readonly string[];
}

export interface EvaluateOptions {
  /** Split for the detailed evaluation of the vote: default test. The ensemble must have it. */
  readonly on?: SplitName;
  /** For bootstrap intervals. */
  readonly random: Pick<Random, "integer">;
  /** Bins of the calibration, default 15. */
  readonly bins?: number;
  /** Bytes of logits that are processed at a time; default 2²⁹. */
  readonly blockBytes?: number;
}

/**
 * Evaluates an ensemble: every member and every vote on every split, and the final vote in detail on one of them. Voters that learn are
 * fitted on the validation rows, and so is the temperature; without such rows there is none, since fitting it on test rows would leave none
 * to test it on.
 * @throws RangeError if the split is missing, or no member votes
 */
export function evaluateEnsemble(ensemble: Ensemble, options: EvaluateOptions): EnsembleEvaluation {
  return finish(evaluateInSteps(ensemble, options));
}

/**
 * `evaluateEnsemble` with pauses; the longest part between them is a step of the temperature over the validation rows, or a member's
 * metrics on a block of rows.
 */
export function* evaluateInSteps(
  ensemble: Ensemble,
  { on = "test", random, bins = 15, blockBytes }: EvaluateOptions,
): Generator<StepProgress, EnsembleEvaluation> {
  const { folder, voter, mirror, classes: names, planned, ended, members, metrics, splits } = ensemble;
  const classes = names.length;
  const alphas = members.map(({ alpha }) => alpha);
  const voting = alphas.flatMap((alpha, m) => (alpha === undefined ? [] : [m]));
  if (voting.length === 0) throw new RangeError("no member votes");
  const voters = fittedVoters(ensemble, voting);
  const voted = new Map<SplitName, VotedSplit>();
  let done = 0;
  const total = Object.values(splits).reduce((sum, { labels: own }) => sum + countedRows(own.length, { alphas, voters }), 0);
  for (const [name, split] of Object.entries(splits) as [SplitName, (typeof splits)["test"]][]) {
    const keep = name === on || name === "validation";
    const block = blockBytes === undefined ? {} : { blockBytes };
    if (!split) continue;
    const votes = voteSplitInSteps(split, { classes, alphas, voters, own: voter, metrics, keep, ...block });
    let next = votes.next();
    for (; !next.done; next = votes.next()) yield { done: (done += next.value), total };
    voted.set(name, next.value);
  }
  const looked = voted.get(on);
  const labels = splits[on]?.labels;
  if (!looked || !labels) throw new RangeError(`no ${on} rows`);
  const held = voted.get("validation");
  const heldLabels = splits.validation?.labels;

  const right = looked.stagePredicted.map((predicted) => rightRows(predicted, labels));
  const last = right.at(-1)!;
  const final = looked.stagePredicted.at(-1)!;
  const matrix = confusionMatrix(final, labels, classes);
  const lowered = voters
    .at(-1)
    ?.get(voter)
    ?.lower?.(voting.map((m) => alphas[m]!));
  const plain = voteProbabilities(looked.scores, lowered);
  const fitting = held && heldLabels ? fitTemperatureInSteps(held.scores, heldLabels) : undefined;
  let fitted = fitting?.next();
  for (; fitted && !fitted.done; fitted = fitting!.next()) yield { done, total };
  const temperature = fitted?.value;
  const confident = temperature === undefined ? plain : { scores: looked.scores, temperature };
  const best = (of: VotedSplit): number => voting.reduce((a, b) => (of.members[b]!.right > of.members[a]!.right ? b : a));
  const against = voting.length < 2 ? [] : [{ chosenOn: on, place: best(looked) }];
  if (against.length > 0 && held && on !== "validation") against.push({ chosenOn: "validation", place: best(held) });
  const comparisons = compareMembers(
    last,
    against.map(({ place }) => rightRows(looked.predicted[place]!, labels)),
    random,
  );
  yield { done, total };
  return {
    format: 1,
    folder,
    voter,
    mirror,
    classes: names,
    planned,
    ended,
    members,
    metrics: Object.entries(metrics).map(([name, { title, unit, better }]) => ({ name, title, unit, better })),
    splits: Object.fromEntries([...voted].map(([name, own]) => [name, evaluatedSplit(own, voting)])),
    vote: {
      on,
      rows: labels.length,
      against: against.map(({ chosenOn, place }, i) => ({ chosenOn, member: members[place]!.member, ...comparisons[i]! })),
      perClass: classReport(matrix, classes),
      confusions: confusions(matrix, classes),
      diversity: diversity(
        voting.map((m) => looked.predicted[m]!),
        labels,
        classes,
      ),
      fixedAndBroke: fixedAndBroke(right),
      calibration: calibration(plain.scores, labels, { temperature: plain.temperature, bins }),
      ...(temperature === undefined ? {} : { temperature, calibrated: calibration(looked.scores, labels, { temperature, bins }) }),
      riskCoverage: riskCoverage(confidences(confident.scores, classes, confident.temperature), last),
    },
    notes: ensemble.notes,
  };
}

function evaluatedSplit({ rows, members, stages }: VotedSplit, voting: readonly number[]): EvaluatedSplit {
  const accuracy = ({ right, metrics }: Measured): Accuracy => ({ right, accuracy: right / rows, interval: wilson(right, rows), metrics });
  const mean = (of: (member: Measured) => number): number => voting.reduce((sum, m) => sum + of(members[m]!), 0) / voting.length;
  const names = Object.keys(members[0]?.metrics ?? {});
  return {
    rows,
    members: members.map(accuracy),
    singleMean: {
      accuracy: mean(({ right }) => right / rows),
      metrics: Object.fromEntries(names.map((name) => [name, mean(({ metrics }) => metrics[name]!)])),
    },
    staged: stages.map((byVoter) => Object.fromEntries(Object.entries(byVoter).map(([name, measured]) => [name, accuracy(measured)]))),
  };
}
