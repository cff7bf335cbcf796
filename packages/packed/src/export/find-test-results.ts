import { type DependencyContainer, type LoadedDataset, UserError, VOTERS } from "@benn/core";
import { winners } from "@benn/core/internals";
import { differenceOfRuns, openRun, resolveConfig, restoreMembers } from "@benn/core/node";
import type { VoteName } from "../graph.ts";
import type { TestResults } from "../trust/test-results.ts";

export interface TestResultsOptions {
  readonly container: DependencyContainer;
  readonly data: LoadedDataset;
  /** The logits [rows, classes] that each member of the file votes with, on the test split. */
  readonly logits: readonly Float32Array[];
  /** The members' own logits, if a voter that learns has mapped them. */
  readonly alone?: readonly Float32Array[];
  /** As in the file. */
  readonly vote: VoteName;
  readonly alphas: readonly number[];
  /** Size of the members' weights as float32. */
  readonly realBytes: number;
  /** Run folder of a network with real-valued weights, for comparison. */
  readonly twin?: string | undefined;
}

/**
 * Accuracy of the vote of the first 1, 2, … members and of each member alone on the test images, counted from logits with verified
 * checksums and not from the run's log.
 * @returns undefined if the labels of the test images are not available
 * @throws UserError for a twin that was trained on other data, or has no member
 */
export async function findTestResults(folder: string, options: TestResultsOptions): Promise<TestResults | undefined> {
  const { container, data, logits, alone = logits, vote, alphas, realBytes, twin } = options;
  const { labels } = data.test;
  const voters = container.resolve(VOTERS);
  if (labels.length === 0 || !voters.names().includes(vote)) return undefined;
  const classes = data.labels.length;
  const rightOf = (scores: Float32Array | Float64Array): number =>
    winners(scores, classes).reduce((sum, won, row) => sum + Number(won === labels[row]), 0) / labels.length;
  const voter = voters.create(vote);
  const votes = logits.map((_, i) => rightOf(voter.vote({ logits: logits.slice(0, i + 1), alphas: alphas.slice(0, i + 1), classes })));
  return {
    version: 1,
    rows: labels.length,
    votes,
    singles: alone.map(rightOf),
    realBytes,
    ...(twin === undefined ? {} : { twin: await accuracyOf(twin, folder, options) }),
  };
}

/** Accuracy of the first member of a run on the same data, from its record. */
async function accuracyOf(twin: string, folder: string, { container, data }: TestResultsOptions): Promise<number> {
  const run = await openRun(twin);
  const difference = await differenceOfRuns(folder, twin, container);
  if (difference !== undefined)
    throw new UserError(`export --twin ${twin}: its data are not those of the run: ${difference}. Name a run on the same data.`);
  for await (const { model, record } of restoreMembers(run, { config: resolveConfig(run.config, container), data, container })) {
    model.dispose();
    const accuracy = record.metrics["accuracy"]?.test;
    if (accuracy !== undefined) return accuracy;
  }
  throw new UserError(`export --twin ${twin}: has no finished member. Train it to its end first.`);
}
