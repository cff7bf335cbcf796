import { printable as safe } from "@benn/core/internals";

/** A name or value of a checkpoint made safe to print: short, and without terminal control characters. */
export function printable(text: string, limit = 120): string {
  return safe(text, limit);
}
