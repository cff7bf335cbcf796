import { distance } from "fastest-levenshtein";

/** The candidate closest to `word`, if it is close enough for a typing error (at most a third of the letters differ). */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const close = candidates
    .map((candidate) => ({ candidate, edits: edits(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.ceil(Math.max(word.length, candidate.length) / 3)))
    .toSorted((a, b) => a.edits - b.edits);
  return close[0]?.candidate;
}

/** Letters that are added, missing or others; two neighbours in the wrong order are one slip. */
function edits(a: string, b: string): number {
  const at = Array.from(a).findIndex((letter, i) => letter !== b[i]);
  const isSwap = a.length === b.length && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
  return isSwap ? 1 : distance(a, b);
}
