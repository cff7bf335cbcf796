import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The path, or its nearest existing parent folder: the disk that will hold anything created under the path. */
export function existingPart(path: string): string {
  const whole = resolve(path);
  return existsSync(whole) || dirname(whole) === whole ? whole : existingPart(dirname(whole));
}
