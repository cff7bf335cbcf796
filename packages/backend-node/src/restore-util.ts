import { createRequire } from "node:module";

/** Functions of `node:util` that tfjs-node 4.22 calls: Node 22 prints a deprecation warning for the first, Node 23 has removed both. */
const deprecated: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
};

/**
 * Polyfills two functions that tfjs-node needs, if this Node version lacks them or has deprecated them.
 * @see https://github.com/tensorflow/tfjs/pull/8425, merged and never released
 */
export function restoreUtil(): void {
  Object.assign(createRequire(import.meta.url)("node:util") as Record<string, unknown>, deprecated);
}
