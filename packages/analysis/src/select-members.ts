import type { Random } from "@benn/core";

export interface SelectionTask {
  /** The contribution of each candidate to the scores [rows, classes] of the vote when it is selected once. */
  readonly votes: readonly (Float32Array | Float64Array)[];
  /** [rows] */
  readonly labels: Int32Array;
  /** The quality of a vote's scores on rows with these labels; higher is better. */
  worth(scores: Float64Array, labels: Int32Array): number;
  /** Number of selections per bag. */
  readonly steps: number;
  /** Number of selections that are added up; 1: a single one from all candidates, on all rows. */
  readonly bags: number;
  /** Share of the candidates, drawn at random, that a bag selects from. */
  readonly share: number;
  readonly random: Pick<Random, "integer">;
  /** Whether an ensemble of these candidates, by number of selections, is within the budget. Default: always. */
  fits?(counts: ReadonlyMap<number, number>): boolean;
  /** Called after each step of each bag, and awaited. */
  onStep?(done: number, total: number): void | Promise<void>;
  /** Called after each evaluated vote, and awaited: a pause for other work; an error thrown here aborts the selection. */
  onVote?(): void | Promise<void>;
}

/** The ensemble after this many steps of each bag. */
export interface SelectionStep {
  readonly steps: number;
  /**
   * Number of selections by candidate index; only selected candidates, in the order of their indices. Divided by their greatest common
   * divisor.
   */
  readonly counts: ReadonlyMap<number, number>;
  readonly worth: number;
}

export interface MemberSelection {
  readonly curve: readonly SelectionStep[];
  /** The first step of the curve with the highest worth. */
  readonly chosen: SelectionStep;
}

/**
 * Selects the members of an ensemble from many candidates: each step adds the candidate whose vote makes the ensemble best, selected before
 * or not. On few rows this would overfit, so it is repeated with random subsets of the candidates (bags), and the selections are added up;
 * the number of steps per bag is chosen by the worth of the sum. Unlike in the paper, which has thousands of candidates, each bag also
 * draws its rows with replacement, because a few candidates have few subsets.
 *
 * Under a budget, each step adds only what still fits. The sum of bags may contain more members than fit: then the most frequently selected
 * ones are kept, as long as they fit.
 *
 * Of candidates that are equally good for the ensemble, the one that is better alone is selected, and of those the earlier one.
 * @throws RangeError if no candidate fits the budget
 * @see Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble Selection from Libraries of Models", ICML 2004, sections 2.1 to 2.3
 */
export async function selectMembers(task: SelectionTask): Promise<MemberSelection> {
  const { votes, labels, steps, bags, fits = () => true, onStep, onVote } = task;
  const worth = (scores: Float64Array): number => task.worth(scores, labels);
  const alone: number[] = [];
  for (const vote of votes) {
    alone.push(worth(Float64Array.from(vote)));
    await onVote?.();
  }
  // Better alone first; the sort is stable for ties.
  const ranked = [...votes.keys()].toSorted((a, b) => alone[b]! - alone[a]!);
  if (!ranked.some((candidate) => fits(new Map([[candidate, 1]])))) throw new RangeError("no candidate fits the budget");
  const picks: number[][] = [];
  for (let nth = 0; nth < bags; nth++) {
    const bag = bags === 1 ? { votes: new Map(ranked.map((candidate) => [candidate, votes[candidate]!])), labels } : drawBag(task, ranked);
    const own: number[] = [];
    picks.push(own);
    const sum = new Float64Array(votes[0]!.length);
    const counts = new Map<number, number>();
    for (let step = 0; step < steps; step++) {
      const best = await bestOf(
        bag,
        sum,
        (scores) => task.worth(scores, bag.labels),
        (candidate) => fits(withOneMore(counts, candidate)),
        onVote,
      );
      if (best !== undefined) {
        own.push(best);
        counts.set(best, (counts.get(best) ?? 0) + 1);
        addTo(sum, bag.votes.get(best)!, 1);
      }
      await onStep?.(nth * steps + step + 1, bags * steps);
    }
  }
  const curve: SelectionStep[] = [];
  for (let step = 1; step <= steps; step++) {
    const counts = withoutDivisor(kept(countsOf(picks, step), ranked, fits));
    if (counts.size === 0) continue;
    const sum = new Float64Array(votes[0]!.length);
    for (const [candidate, count] of counts) {
      addTo(sum, votes[candidate]!, count);
      await onVote?.();
    }
    curve.push({ steps: step, counts, worth: worth(sum) });
  }
  return { curve, chosen: curve.reduce((a, b) => (b.worth > a.worth ? b : a)) };
}

/** What one selection selects from, and its rows. */
interface Bag {
  /** By candidate, those that are better alone first; [rows, classes] of the bag's rows. */
  readonly votes: ReadonlyMap<number, Float32Array | Float64Array>;
  readonly labels: Int32Array;
}

/** A subset of the candidates, and as many rows as there are, with repetitions. */
function drawBag({ votes, labels, share, random }: SelectionTask, ranked: readonly number[]): Bag {
  const pool = [...ranked];
  const size = Math.max(1, Math.round(share * ranked.length));
  for (let i = 0; i < size; i++) {
    const j = i + random.integer(pool.length - i);
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  const drawn = new Set(pool.slice(0, size));
  const rows = Int32Array.from(labels, () => random.integer(labels.length));
  const classes = votes[0]!.length / labels.length;
  const taken = (vote: Float32Array | Float64Array): Float64Array => {
    const own = new Float64Array(vote.length);
    for (const [at, row] of rows.entries()) own.set(vote.subarray(row * classes, (row + 1) * classes), at * classes);
    return own;
  };
  return {
    votes: new Map(ranked.filter((candidate) => drawn.has(candidate)).map((candidate) => [candidate, taken(votes[candidate]!)])),
    labels: rows.map((row) => labels[row]!),
  };
}

/** The candidate that makes the ensemble best; the first one on a tie. */
async function bestOf(
  { votes }: Bag,
  sum: Float64Array,
  worth: (scores: Float64Array) => number,
  isAllowed: (candidate: number) => boolean,
  onVote: SelectionTask["onVote"],
): Promise<number | undefined> {
  let best: number | undefined;
  let most = -Infinity;
  const scores = new Float64Array(sum.length);
  for (const [candidate, vote] of votes) {
    if (!isAllowed(candidate)) continue;
    scores.set(sum);
    addTo(scores, vote, 1);
    const value = worth(scores);
    if (value > most) [best, most] = [candidate, value];
    await onVote?.();
  }
  return best;
}

function withOneMore(counts: ReadonlyMap<number, number>, candidate: number): Map<number, number> {
  return new Map([...counts, [candidate, (counts.get(candidate) ?? 0) + 1]]);
}

function addTo(sum: Float64Array, vote: Float32Array | Float64Array, times: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += times * vote[i]!;
}

/** How often each candidate is among the first picks of the bags. */
function countsOf(picks: readonly (readonly number[])[], steps: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const own of picks) for (const candidate of own.slice(0, steps)) counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
  return counts;
}

/** The most frequently selected ones, as long as they fit the budget together. */
function kept(
  counts: ReadonlyMap<number, number>,
  ranked: readonly number[],
  fits: NonNullable<SelectionTask["fits"]>,
): Map<number, number> {
  if (fits(counts)) return new Map(counts);
  const some = new Map<number, number>();
  for (const candidate of ranked.filter((own) => counts.has(own)).toSorted((a, b) => counts.get(b)! - counts.get(a)!)) {
    const more = new Map([...some, [candidate, counts.get(candidate)!]]);
    if (fits(more)) some.set(candidate, counts.get(candidate)!);
  }
  return some;
}

function withoutDivisor(counts: ReadonlyMap<number, number>): Map<number, number> {
  const divisor = [...counts.values()].reduce(greatestDivisor, 0);
  return new Map([...counts].toSorted(([a], [b]) => a - b).map(([candidate, count]) => [candidate, count / divisor]));
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
