import { createRandom } from "../random.ts";

/** Normal random numbers for an example; the same on every call with the same purpose. */
export function exampleNumbers(count: number, purpose: string): Float32Array {
  const random = createRandom(1, "example", purpose);
  return Float32Array.from({ length: count }, () => random.normal());
}
