import { createRandom } from "@benn/core/internals";

/** `count` values from −2 to 2 with some exact repetitions. */
export function randomValues(count: number, ...purpose: (string | number)[]): Float32Array {
  const random = createRandom(7, ...purpose);
  return Float32Array.from({ length: count }, () => Math.round((random.uniform() * 4 - 2) * 64) / 64);
}
