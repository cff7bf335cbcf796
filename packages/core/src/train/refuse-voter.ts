import type { ParsedConfig } from "../config.ts";
import type { DependencyContainer } from "../container.ts";
import { UserError } from "../user-error.ts";
import { VOTERS } from "../voter.ts";

/**
 * Refuses a voter that learns where no rows are held out for it to learn from.
 * @throws UserError
 */
export function refuseVoter({ voter, validation }: Pick<ParsedConfig, "voter" | "validation">, container: DependencyContainer): void {
  if (validation > 0 || !container.resolve(VOTERS).create(voter).fit) return;
  throw new UserError(
    `voter ${voter.name}: learns from samples that no member was trained on, and validation=0 holds none out. ` +
      "Hold some out, for example --set validation=0.1, or choose another voter.",
  );
}
