/** A participant that takes turns with others. */
export interface Contestant {
  readonly name: string;
  /**
   * Takes one turn.
   * @param round from 0; below 0 to warm up
   * @returns milliseconds of what is measured, such as a step
   */
  turn(round: number): Promise<number>;
}

/** Milliseconds over the rounds. */
export interface Result<C extends Contestant> {
  readonly contestant: C;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Race<C extends Contestant> {
  /** In the order of the contestants. */
  readonly results: readonly Result<C>[];
  /** Names of those that dropped out, with reasons. */
  readonly failures: readonly string[];
}

/**
 * Gives every contestant a turn in each round, so that other load on the machine affects all alike. One that fails drops out.
 * @param rounds at least 1
 * @param warmUps initial rounds that do not count
 */
export async function race<C extends Contestant>(contestants: readonly C[], rounds: number, warmUps = 1): Promise<Race<C>> {
  const times = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
  const failures: string[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    for (const [contestant, own] of times) {
      try {
        const milliseconds = await contestant.turn(round);
        if (round >= 0) own.push(milliseconds);
      } catch (error) {
        failures.push(`${contestant.name}: ${error instanceof Error ? error.message : String(error)}`);
        times.delete(contestant);
      }
    }
  }
  return { results: [...times].map(([contestant, own]) => ({ contestant, ...spreadOf(own) })), failures };
}

/** Of values in any order; NaN where there are none. */
export function spreadOf(values: readonly number[]): { readonly median: number; readonly least: number; readonly most: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { median: (at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2, least: at(0), most: at(sorted.length - 1) };
}
