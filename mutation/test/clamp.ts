/** The code that mutate.test.ts mutates. */
export const LIMIT = Number("8");

export function clamp(value: number): number {
  if (value > LIMIT) return LIMIT;
  return value < 0 ? 0 : value;
}

export function countUp(to: number): number {
  let at = 0;
  while (at < to) at++;
  return at;
}

const seen = new Map<number, number>();

/** Caches its results, so that a mutant that is activated late is never called. */
export function doubled(value: number): number {
  const known = seen.get(value);
  if (known !== undefined) return known;
  const result = value * 2;
  seen.set(value, result);
  return result;
}

export const unreached = (value: number): number => value - 1;
