import type { ParsedConfig } from "../config.ts";
import type { DependencyContainer } from "../container.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import { LOSSES } from "../loss.ts";
import { UserError } from "../user-error.ts";
import { VOTERS } from "../voter.ts";

/** The parts of a configuration that decide this. */
type Stopping = Pick<ParsedConfig, "given" | "mode" | "scheme" | "stopWhen" | "validation" | "voter"> & {
  readonly members: readonly Pick<ParsedConfig, "loss">[];
};

/**
 * Refuses `stopWhen` if no vote could tell when to stop. An out-of-bag vote is the ensemble's vote only if every member leaves out rows
 * that it has no knowledge of. That does not hold for members from elsewhere, for a teacher that saw all rows, or for members that start
 * from one another: then only the members before the first one that drew a row vote on it.
 * @throws UserError
 */
export function refuseStop(config: Stopping, container: DependencyContainer): void {
  if (!config.stopWhen) return;
  if (config.validation > 0) {
    if (!container.resolve(VOTERS).create(config.voter).fit) return;
    throw new UserError(
      `stopWhen: voter ${config.voter.name} learns from the validation rows, so its vote on them cannot tell when to stop. Set another voter, or stopWhen=false.`,
    );
  }
  const why = lacksOutOfBag(config, container);
  if (why === undefined) return;
  throw new UserError(
    `stopWhen: no rows are held out to measure the vote on, and ${why}. Hold rows out, for example --set validation=0.1.`,
  );
}

function lacksOutOfBag({ scheme, mode, given, members }: Stopping, container: DependencyContainer): string | undefined {
  if (!container.resolve(SCHEMES).create(scheme).outOfBag) return `scheme ${scheme.name} has no out-of-bag vote`;
  if (mode === "sequential") return "in sequential mode only the first members have rows out of bag";
  if (given.length > 0) return "nobody knows which rows are out of the bag of given members";
  if (members.some(({ loss }) => container.resolve(LOSSES).create(loss).teacher !== undefined))
    return "a teacher that saw all rows leaves none out of bag";
  return undefined;
}
