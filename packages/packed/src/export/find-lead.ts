/** The soft vote of the first 1, 2, … members on an image, without the vote of all. */
export interface StagedVote {
  readonly stages: readonly { readonly lead: number; readonly winner: number }[];
  /** Winner of the vote of all members. */
  readonly winner: number;
}

/** Maximum share of images for which a stopped vote may predict another class than all members, and the error probability of that bound. */
export const OTHER_CLASS = 0.01;
export const CONFIDENCE = 0.95;

/** Leads that are tried, in descending order: powers of 2^(1/16), chosen independently of the rows. */
const FIRST = 20;
const LAST = -20;
const STEP = 1 / 16;

/**
 * The smallest lead at which a vote may stop: each larger one that is tried keeps the class of all members on all but `OTHER_CLASS` of the
 * images, by an exact binomial test on these rows. The tests follow a fixed sequence, so that together they have the error rate of one.
 * @returns undefined if there are too few rows, below 299
 * @see A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan and L. Lei, "Learn then Test: Calibrating Predictive Algorithms to Achieve
 *   Risk Control", 2021, section 2 (fixed sequence testing)
 */
export function findLead(votes: readonly StagedVote[]): number | undefined {
  let found: number | undefined;
  for (let power = FIRST; power >= LAST; power -= STEP) {
    const lead = 2 ** power;
    const others = votes.filter(({ stages, winner }) => (stages.find((stage) => stage.lead >= lead)?.winner ?? winner) !== winner).length;
    if (atMost(others, votes.length, OTHER_CLASS) > 1 - CONFIDENCE) break;
    found = lead;
  }
  return found;
}

/** P(X ≤ k) of a binomial X of n draws with probability p. */
function atMost(k: number, n: number, p: number): number {
  let log = n * Math.log1p(-p); // of P(X = 0)
  let sum = Math.exp(log);
  for (let i = 1; i <= k; i++) {
    log += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(log);
  }
  return sum;
}
