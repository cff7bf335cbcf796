import { createRandom } from "@benn/core/internals";

/** A sample of this size, each set equally likely; in the original order. */
export function sampleOf<T>(all: readonly T[], size: number, seed: number): T[] {
  const random = createRandom(seed, "mutants");
  const places = [...all.keys()];
  for (let i = 0; i < Math.min(size, places.length); i++) {
    const j = i + random.integer(places.length - i);
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places
    .slice(0, size)
    .toSorted((a, b) => a - b)
    .map((place) => all[place]!);
}
