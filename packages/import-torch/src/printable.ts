import { printable as safe } from "@benn/core/internals";

/** A name or a value of a checkpoint as it may be shown: short, and without anything that a terminal obeys. */
export function printable(text: string, limit = 120): string {
  return safe(text, limit);
}
