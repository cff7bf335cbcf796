import type { Listener } from "../listener.ts";
import { requireMethods } from "./require-methods.ts";

/** Checks that the listener's methods return nothing. */
export function checkedListener(listener: Listener, who: string): Listener {
  requireMethods(who, listener, { required: ["onEvent"], optional: ["open", "close"] });
  return listener;
}
