import type { Ensemble } from "@benn/core/node";

/**
 * The voters of each stage; those that learn are fitted on the validation rows, if there are any.
 * @param voting indices of the voting members, in order
 * @param others voters to create besides the run's own and those that every run is compared by
 * @returns every voter by name, for the vote of the first 1, 2, … of them
 */
export function fittedVoters(
  { createVoters, splits: { validation }, members, classes }: Ensemble,
  voting: readonly number[],
  others: readonly string[] = [],
): ReturnType<Ensemble["createVoters"]>[] {
  const stages = voting.map(() => createVoters(others));
  if (!validation || ![...stages[0]!.values()].some(({ fit }) => fit)) return stages;
  const { labels } = validation;
  const logits = validation.logits(0, labels.length);
  for (const [k, voters] of stages.entries()) {
    const first = voting.slice(0, k + 1);
    const ballot = { logits: first.map((m) => logits[m]!), alphas: first.map((m) => members[m]!.alpha!), classes: classes.length, labels };
    for (const voter of voters.values()) voter.fit?.(ballot);
  }
  return stages;
}
