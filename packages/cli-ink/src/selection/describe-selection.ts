import type { Interval } from "@benn/analysis";
import type { Budget } from "./budget.ts";
import type { Choice } from "./choose-members.ts";
import type { Library } from "./open-library.ts";
import { selectionCurve } from "./selection-curve.ts";
import type { Selection } from "./selection-schema.ts";
import { testReport } from "./test-report.ts";
import type { Written } from "./write-within-budget.ts";

export interface DescribedSelection extends Pick<Selection, "seed" | "bags" | "steps" | "share" | "runs"> {
  readonly budget: Budget | undefined;
  /** Undefined in a dry run. */
  readonly written: Written | undefined;
}

/** A selection as plain JSON, with a report on test rows once it is written. */
export async function describeSelection(
  library: Library,
  choice: Choice,
  { runs, seed, bags, steps, share, budget, written }: DescribedSelection,
): Promise<Selection> {
  const { candidates, metric, labels, voter, notes } = library;
  // Members that were dropped when the file was packed are not included.
  const counts = written ? countsOf(library, written) : choice.chosen.counts;
  const votes = candidates.map(({ vote }) => vote);
  const [chosen] = await selectionCurve([{ ...choice.chosen, counts }], { votes, labels, metric: metric.metric, seed });
  const alone = votes.map((vote) => metric.metric.of(vote, labels));
  const isBetter = (a: number, b: number): boolean => (metric.metric.better === "higher" ? a > b : a < b);
  const best = alone.reduce((place, value, other) => (isBetter(value, alone[place]!) ? other : place), 0);
  const test = written && testReport(library, counts, best, seed);
  return {
    format: 1,
    runs,
    candidates: candidates.length,
    rows: labels.length,
    voter: voter.spec.name,
    metric: metric.name,
    seed,
    bags,
    steps,
    share,
    ...(budget ? { budget } : {}),
    curve: choice.curve.map(({ steps: taken, counts: own, value, interval }) => ({
      steps: taken,
      members: own.size,
      value,
      ...intervalOf(interval),
      ...costOf(choice.cost(own)),
    })),
    chosen: {
      steps: chosen!.steps,
      value: chosen!.value,
      ...intervalOf(chosen!.interval),
      ...costOf(written ? written.cost : choice.cost(counts)),
      members: byVotes(counts).map((place) => {
        const { run, member, architecture, binarizer } = candidates[place]!;
        return { run, member, architecture, binarizer, votes: counts.get(place)!, alone: alone[place]! };
      }),
    },
    ...(written ? { folder: written.folder } : {}),
    ...(test ? { test } : {}),
    notes: [...notes],
  };
}

/** Indices of the chosen candidates, in descending order of votes. */
export function byVotes(counts: ReadonlyMap<number, number>): number[] {
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([place]) => place);
}

function countsOf({ candidates }: Library, { members }: Written): Map<number, number> {
  return new Map(members.map((own) => [candidates.findIndex(({ run, member }) => run === own.run && member === own.member), own.alpha]));
}

function intervalOf(interval: Interval | undefined): { interval?: [number, number] } {
  return interval ? { interval: [...interval] } : {};
}

function costOf(cost: number | undefined): { cost?: number } {
  return cost === undefined ? {} : { cost };
}
