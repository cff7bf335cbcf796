import type { Emitted } from "../train/emitted.ts";
import { finiteJson } from "./finite-json.ts";

/**
 * An event as JSON. Leaves out a speed that is not finite because the clock was too coarse.
 * @throws UserError for another number that JSON cannot represent
 */
export function eventJson(event: Emitted): string {
  const { clock } = event;
  const finite = clock && { clock: Object.fromEntries(Object.entries(clock).filter(([, value]) => Number.isFinite(value))) };
  return finiteJson({ ...event, ...finite }, `event ${event.type}`);
}
