import type { RunControl } from "../run-control.ts";
import type { Emitted } from "./emitted.ts";

/** Waits until a paused run is resumed, with an event before and after. */
export async function* pause(control: RunControl): AsyncGenerator<Emitted> {
  yield { type: "control", state: "paused" };
  await control.untilResumed();
  if (control.stop === "no") yield { type: "control", state: "running" };
}
