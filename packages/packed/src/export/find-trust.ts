import { fitTemperature } from "@benn/analysis";
import { createRandom, shuffle } from "@benn/core/internals";
import { classOrder, probabilitiesOf, tailsOf } from "../trust/class-order.ts";
import type { TrustData } from "../trust/read-trust.ts";
import { findLead, type StagedVote } from "./find-lead.ts";
import { roundDown } from "./round-down.ts";

/** Fewer rows tell nothing. */
export const LEAST_ROWS = 20;
/** From so many on, the temperature is fitted on a share of the rows, and the sets are calibrated on the others alone. */
const ENOUGH_ROWS = 200;
const TEMPERATURE_SHARE = 1 / 4;
/** Tails that a file keeps: with them a set covers at most 1/500 more than by all rows. */
const MOST_TAILS = 500;

export interface HeldOutVotes {
  /** Of the vote, [rows, classes]. */
  readonly scores: Float64Array;
  /** [rows] */
  readonly labels: Int32Array;
  /** Of a soft vote that may stop early, one a row. */
  readonly staged: readonly StagedVote[] | undefined;
  readonly seed: number;
  readonly reused: readonly string[];
}

/**
 * The temperature of a vote, the tails that sets of any coverage follow from, and the lead at which it may stop.
 *
 * A set's coverage holds for a score that was found without the rows it is calibrated on, and the temperature is a part of the score. So the rows are
 * split by the seed, where there are enough of them. The lead asks for no labels and takes all rows.
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
