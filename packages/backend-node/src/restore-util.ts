import { createRequire } from "node:module";

/** What tfjs-node 4.22 calls of `node:util`: Node 22 warns of the first on standard error, Node 23 has taken both away. */
const deprecated: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
};

/**
 * Puts two functions that tfjs-node needs in their places, where this Node has none or only deprecated ones.
 * @see https://github.com/tensorflow/tfjs/pull/8425, merged and never released
 */
export function restoreUtil(): void {
  Object.assign(createRequire(import.meta.url)("node:util") as Record<string, unknown>, deprecated);
}
