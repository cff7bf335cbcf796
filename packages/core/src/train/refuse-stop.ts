import type { ParsedConfig } from "../config.ts";
import type { DependencyContainer } from "../container.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import { LOSSES } from "../loss.ts";
import { UserError } from "../user-error.ts";
import { VOTERS } from "../voter.ts";

/** What of a configuration decides. */
type Stopping = Pick<ParsedConfig, "given" | "mode" | "scheme" | "stopWhen" | "validation" | "voter"> & {
  readonly members: readonly Pick<ParsedConfig, "loss">[];
};

/**
 * Refuses `stopWhen` where no vote could tell when to stop. A vote out of bag is that of the ensemble only if every member leaves out rows
 * that it knows nothing of: not with members from elsewhere, a teacher that saw all rows, or members that go on from one another, where
 * a row is voted on by those alone that come before the first one that drew it.
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
