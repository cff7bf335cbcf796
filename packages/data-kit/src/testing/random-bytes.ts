import { createRandom } from "@benn/core/internals";

/** Bytes of no pattern. */
export function randomBytes(length: number, seed: number): Uint8Array {
  const random = createRandom(seed, "test");
  return Uint8Array.from({ length }, () => random.bits() & 255);
}
