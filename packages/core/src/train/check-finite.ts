import { allFinite } from "../checked/all-finite.ts";
import { UserError } from "../user-error.ts";
import type { WeightValues } from "./model-weights.ts";

/**
 * Checks weights, or one slot of the optimizer. The sign of NaN is ±1, so a binary network's loss stays finite whatever its weights
 * contain.
 * @param who for the message: `member 1, epoch 3`
 * @param remedy a sentence: what to do
 * @param slot of the optimizer; absent: the weights themselves
 * @throws UserError that names the first weight with NaN or infinity
 */
export function checkFinite(who: string, weights: WeightValues, remedy: string, slot?: string): void {
  for (const [name, { values }] of weights) {
    if (allFinite(values)) continue;
    const bad = values.filter((value) => !Number.isFinite(value));
    throw new UserError(
      `${who}: ${slot === undefined ? "" : `the optimizer's ${slot} of `}${name} has ${bad.length} of ${values.length} values that are not finite, ` +
        `the first of them ${bad[0]}. ${remedy}`,
    );
  }
}
