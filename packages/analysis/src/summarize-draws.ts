import type { Random } from "@benn/core";
import { bootstrap } from "./bootstrap.ts";
import { type Disturbance, meanMovement } from "./disturbance.ts";
import type { Movement } from "./movement.ts";
import type { Interval } from "./wilson.ts";

/** A mean with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

export type EstimatedMovement = Readonly<Record<keyof Movement, Estimate>>;

/** The average effect of draws of the same disturbance. */
export interface DrawSummary {
  readonly single: EstimatedMovement;
  /** On the vote of the first 1, 2, … members. */
  readonly stages: readonly EstimatedMovement[];
  /**
   * Effect on the vote of all members relative to a single member's on average: below 1 the vote changes less. Absent if a single member
   * does not change.
   */
  readonly ratio: { readonly moved?: Estimate; readonly changed?: Estimate };
}

const KEYS = ["moved", "changed", "accuracy"] as const;

/**
 * Means over draws, with bootstrap intervals over them: these cover another draw of the disturbance on the same rows.
 * @param draws at least one
 */
export function summarizeDraws(draws: readonly Disturbance[], random: Pick<Random, "integer">): DrawSummary {
  const stages = draws[0]!.stages.length;
  const ratioKeys = (["moved", "changed"] as const).filter((key) => draws.every(({ single }) => single[key] > 0));
  const statistics = (drawn: ArrayLike<number>): number[] => {
    const of = Array.from(drawn, (i) => draws[i]!);
    const single = meanMovement(of.map((draw) => draw.single));
    const staged = Array.from({ length: stages }, (_, k) => meanMovement(of.map((draw) => draw.stages[k]!)));
    const ratios = ratioKeys.map((key) => staged.at(-1)![key] / single[key]);
    return [single, ...staged].flatMap((movement) => KEYS.map((key) => movement[key])).concat(ratios);
  };
  const values = statistics(Array.from(draws.keys()));
  const intervals = bootstrap(draws.length, statistics, { random });
  const estimates = values.map((value, i): Estimate => ({ value, interval: intervals[i]! }));
  const movementAt = (place: number): EstimatedMovement => {
    const [moved, changed, accuracy] = estimates.slice(KEYS.length * place, KEYS.length * (place + 1));
    return { moved: moved!, changed: changed!, accuracy: accuracy! };
  };
  const ratios = estimates.slice(KEYS.length * (stages + 1));
  return {
    single: movementAt(0),
    stages: Array.from({ length: stages }, (_, k) => movementAt(k + 1)),
    ratio: Object.fromEntries(ratioKeys.map((key, i) => [key, ratios[i]!])),
  };
}
