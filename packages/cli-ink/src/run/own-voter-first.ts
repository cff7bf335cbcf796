/** Names of voters in the order of tables: the run's own first. */
export function ownVoterFirst(own: string, names: readonly string[]): string[] {
  return names.toSorted((a, b) => Number(b === own) - Number(a === own));
}
