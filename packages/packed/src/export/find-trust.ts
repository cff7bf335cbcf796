import { fitTemperature } from "@benn/analysis";
import { createRandom, shuffle } from "@benn/core/internals";
import { classOrder, probabilitiesOf, tailsOf } from "../trust/class-order.ts";
import type { TrustData } from "../trust/read-trust.ts";
import { findLead, type StagedVote } from "./find-lead.ts";
import { roundDown } from "./round-down.ts";

/** With fewer rows nothing can be estimated. */
export const LEAST_ROWS = 20;
/** From this many rows on, the temperature is fitted on a part of them, and the sets are calibrated on the others alone. */
const ENOUGH_ROWS = 200;
const TEMPERATURE_SHARE = 1 / 4;
/** Number of tails that a file stores: with them a set covers at most 1/500 more than with all rows. */
const MOST_TAILS = 500;

export interface HeldOutVotes {
  /** Of the vote, [rows, classes]. */
  readonly scores: Float64Array;
  /** [rows] */
  readonly labels: Int32Array;
  /** For a soft vote that may stop early, one per row. */
  readonly staged: readonly StagedVote[] | undefined;
  readonly seed: number;
  readonly reused: readonly string[];
}

/**
 * The temperature of a vote, the tails from which sets of any coverage follow, and the lead at which it may stop.
 *
 * A set's coverage holds for a score that was found without the rows on which it is calibrated, and the temperature is a part of the score.
 * So the rows are split by the seed if there are enough of them. The lead needs no labels and uses all rows.
 */
export function findTrust({ scores, labels, staged, seed, reused }: HeldOutVotes): TrustData {
  const rows = labels.length;
  const classes = scores.length / rows;
  const scoresOf = (row: number): Float64Array => scores.subarray(row * classes, (row + 1) * classes);
  const order = shuffle(Int32Array.from(labels.keys()), createRandom(seed, "trust"));
  const isEnough = rows >= ENOUGH_ROWS;
  const cut = Math.round(rows * TEMPERATURE_SHARE);
  const [fitted, calibrated] = isEnough ? [order.subarray(0, cut), order.subarray(cut)] : [order, order];
  const fittedScores = new Float64Array(fitted.length * classes);
  for (const [i, row] of fitted.entries()) fittedScores.set(scoresOf(row), i * classes);
  const temperature = fitTemperature(
    fittedScores,
    Int32Array.from(fitted, (row) => labels[row]!),
  );
  const tailOfLabel = (row: number): number => {
    const ranks = classOrder(scoresOf(row));
    return tailsOf(probabilitiesOf(scoresOf(row), temperature), ranks)[ranks.indexOf(labels[row]!)]!;
  };
  const tails = Float64Array.from(calibrated, tailOfLabel).toSorted().toReversed();
  const step = Math.ceil(tails.length / MOST_TAILS);
  const kept = Array.from({ length: Math.ceil(tails.length / step) }, (_, i) => tails[Math.min(tails.length, (i + 1) * step) - 1]!);
  const lead = staged && findLead(staged);
  return {
    version: 1,
    temperature,
    temperatureRows: fitted.length,
    coverageRows: calibrated.length,
    step,
    tails: kept.map(roundDown),
    ...(lead === undefined ? {} : { lead }),
    reused: [...reused, ...(isEnough ? [] : ["the temperature was fitted on them"])],
  };
}
