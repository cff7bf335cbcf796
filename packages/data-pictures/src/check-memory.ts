import { UserError } from "@benn/core";
import { machineMemory } from "@benn/core/node";
import { bytes as sizeText } from "@benn/core/quantities";
import { DATASET } from "./dataset-name.ts";

/** Maximum size of a cached file without its header: Node cannot read larger ones at once. */
const LARGEST = 2 ** 31 - 2 ** 20;

/**
 * Refuses more pictures than may be held in memory, before any is decoded: a quarter of the machine's memory, at most 2 GiB.
 * @throws UserError with the number of bytes, and the image side at which they would fit
 */
export function checkMemory(count: number, size: number, memory: number = machineMemory()): void {
  const most = Math.min(LARGEST, memory / 4);
  const bytes = count * 3 * size ** 2;
  if (bytes <= most) return;
  const side = Math.floor(Math.sqrt(most / (3 * count)));
  const smaller = side >= 8 ? `Set dataset.size=${side} or less, or read` : "Read";
  throw new UserError(
    `${DATASET}: ${count} pictures of ${size}×${size} take ${sizeText(bytes)} of memory, and at most ${sizeText(most)} are used for them here. ` +
      `${smaller} them as they are needed with dataset=imagenet, which expects the folders train and val.`,
  );
}
