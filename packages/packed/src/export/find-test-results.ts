import { type DependencyContainer, UserError } from "@benn/core";
import { differenceOfRuns, followEvents, openRun } from "@benn/core/node";
import type { TestResults } from "../trust/test-results.ts";

export interface TestResultsOptions {
  /** Name of the vote. */
  readonly voter: string;
  /** How many vote. */
  readonly members: number;
  /** Of their weights as float32. */
  readonly realBytes: number;
  /** Run folder of a net with real-valued weights, to stand beside them. */
  readonly twin?: string | undefined;
  /** Holds the registries. */
  readonly container: DependencyContainer;
}

/**
 * What the run's log has of the accuracy on test images: of every number of members by this vote, and of each member that votes.
 * @returns undefined where it does not have all of it: a vote that the run did not count, a run of given members, a mended log
 * @throws UserError for a twin that was trained on other data, or has no member
 */
export async function findTestResults(
  folder: string,
  { voter, members, realBytes, twin, container }: TestResultsOptions,
): Promise<TestResults | undefined> {
  const { rows, votes, singles } = await testedIn(folder, voter);
  if (rows === 0 || votes.length !== members || singles.length !== members) return undefined;
  return {
    version: 1,
    rows,
    votes,
    singles,
    realBytes,
    ...(twin === undefined ? {} : { twin: await accuracyOf(twin, folder, container) }),
  };
}

async function testedIn(folder: string, voter: string): Promise<{ rows: number; votes: number[]; singles: number[] }> {
  const found = { rows: 0, votes: [] as number[], singles: [] as number[] };
  for await (const event of followEvents(folder, { follow: false })) {
    if (event.type === "run-start") found.rows = event.dataset.test;
    if (event.type === "member-end" && event.alpha !== undefined) {
      const { test } = event.metrics["accuracy"] ?? {};
      if (test !== undefined) found.singles.push(test);
    }
    if (event.type === "staged") {
      const test = event.metrics["accuracy"]?.test[voter];
      if (test !== undefined) found.votes.push(test);
    }
  }
  return found;
}

/** Of the first member of a run on the same data. */
async function accuracyOf(twin: string, folder: string, container: DependencyContainer): Promise<number> {
  await openRun(twin);
  const difference = await differenceOfRuns(folder, twin, container);
  if (difference !== undefined)
    throw new UserError(`export --twin ${twin}: its data are not those of the run: ${difference}. Name a run on the same data.`);
  const [accuracy] = (await testedIn(twin, "")).singles;
  if (accuracy === undefined) throw new UserError(`export --twin ${twin}: has no finished member. Train it to its end first.`);
  return accuracy;
}
