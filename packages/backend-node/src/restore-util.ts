import { createRequire } from "node:module";

/** What tfjs-node 4.22 calls of `node:util`, and Node 23 has taken away: its first operation would fail without. */
const removed: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
};

/**
 * Puts two functions back that tfjs-node needs, where this Node has none.
 * @see https://github.com/tensorflow/tfjs/pull/8425, merged and never released
 */
export function restoreUtil(): void {
  const util = createRequire(import.meta.url)("node:util") as Record<string, unknown>;
  for (const [name, own] of Object.entries(removed)) util[name] ??= own;
}
