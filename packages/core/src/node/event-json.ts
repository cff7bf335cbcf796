import type { Emitted } from "../train/emitted.ts";
import { finiteJson } from "./finite-json.ts";

/**
 * An event as JSON. A speed that the clock was too coarse to measure is left out.
 * @throws UserError for another number that JSON cannot hold
 */
export function eventJson(event: Emitted): string {
  const { clock } = event;
  const finite = clock && { clock: Object.fromEntries(Object.entries(clock).filter(([, value]) => Number.isFinite(value))) };
  return finiteJson({ ...event, ...finite }, `event ${event.type}`);
}
