import type { Experiment, ResolvedConfig } from "@benn/core/node";

/**
 * What the held-out rows of a run were used to decide before, one phrase each: the fewer uses, the more independent they are.
 * @param learns whether the vote is fitted to them
 * @param origin from experiment.json
 */
export function heldOutReuses(
  { scoreOn, stopWhen, given }: ResolvedConfig,
  { learns, origin }: { readonly learns: boolean; readonly origin: Experiment["origin"] },
): string[] {
  const selected = origin?.["selection"] !== undefined; // by benn select
  const foreign = given.length > 0 || (origin !== undefined && !selected);
  return [
    ...(scoreOn === "validation" ? ["the best epochs were chosen on them"] : []),
    ...(stopWhen ? ["they ended the ensemble"] : []),
    ...(selected ? ["the members were chosen on them"] : []),
    ...(learns ? ["the vote was fitted to them"] : []),
    ...(foreign ? ["given members may have been trained on them"] : []),
  ];
}
