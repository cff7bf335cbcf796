import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The path, or the nearest folder above it that is there: where what is made under the path will lie. */
export function existingPart(path: string): string {
  const whole = resolve(path);
  return existsSync(whole) || dirname(whole) === whole ? whole : existingPart(dirname(whole));
}
