import type { DependencyContainer } from "../container.ts";
import type { Staged, StopRule } from "../events.ts";
import type { Metric } from "../metric.ts";
import { UserError } from "../user-error.ts";
import { metricsOf } from "./member-parts.ts";
import type { ResolvedConfig } from "./resolve-config.ts";

/**
 * The rule of a run's `stopWhen`: the run's own voter, measured by the first of its metrics that applies to votes, on the held-out rows or
 * else out of bag.
 * @throws UserError if no metric of the run applies to votes
 */
export function stopRule(
  { config, container }: { readonly config: ResolvedConfig; readonly container: DependencyContainer },
  classes: number,
): StopRule | undefined {
  const { stopWhen, metrics, validation } = config;
  if (!stopWhen) return undefined;
  const measuring = Object.entries(metricsOf({ config, container }, classes)).find(([, { membersOnly }]) => !membersOnly);
  if (measuring) return { metric: measuring[0], on: validation > 0 ? "validation" : "outOfBag", ...stopWhen };
  throw new UserError(
    `stopWhen: goes by the first of metrics that measures votes, but ${metrics.map(({ name }) => name).join(", ")} measures none over ${classes} classes. ` +
      "Add one, for example accuracy.",
  );
}

/** The value of a vote that the rule uses; undefined while no row is out of bag. */
export function ruledVote({ metric, on }: StopRule, voter: string, { metrics }: Staged): number | undefined {
  const measured = metrics[metric];
  return on === "validation" ? measured?.validation?.[voter] : measured?.outOfBag;
}

/**
 * A sentence that says why training should stop; undefined if it should continue. A vote is the best so far if it exceeds the previous best
 * by more than `minDelta`. Of equal votes the first is therefore the best, and many small improvements add up to one that counts, as in
 * Keras's EarlyStopping.
 * @param votes of the first 1, 2, … members, as the rule measures them
 */
export function reasonToStop(
  { on, patience, minDelta }: StopRule,
  { title, unit, better }: Metric,
  voter: string,
  votes: readonly (number | undefined)[],
): string | undefined {
  const sign = better === "higher" ? 1 : -1;
  let best = -1;
  for (const [at, vote] of votes.entries()) {
    if (vote !== undefined && (best < 0 || sign * (vote - (votes[best] ?? 0)) > minDelta)) best = at;
  }
  const since = votes.length - 1 - best;
  if (best < 0 || since < patience) return undefined;
  const text = (value = Number.NaN): string =>
    unit === "%" ? `${(100 * value).toFixed(1)} %` : `${value.toPrecision(3)}${unit && ` ${unit}`}`;
  const by =
    minDelta === 0
      ? ""
      : ` by more than ${unit === "%" ? `${+(100 * minDelta).toPrecision(6)} points` : `${minDelta}${unit && ` ${unit}`}`}`;
  return (
    `${title} of the ${voter} vote ${on === "validation" ? "on validation rows" : "out of bag"} has not ${better === "higher" ? "risen" : "fallen"}${by} ` +
    `for ${since === 1 ? "1 member" : `${since} members`}: ${text(votes[best])} at ${best + 1}, ${text(votes.at(-1))} at ${votes.length}.`
  );
}
