/**
 * The elements in an order whose first tenth is spread over all of them; always the same. @returns a function of n that repeats them
 * cyclically
 */
export function spread<T>(all: readonly T[]): (n: number) => T {
  let step = Math.max(1, Math.round(all.length * 0.618)); // of the golden ratio
  while (divisor(step, all.length) !== 1) step += 1;
  return (n) => all[(n * step) % all.length] as T;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
