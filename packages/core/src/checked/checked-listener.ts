import type { Listener } from "../listener.ts";
import { requireMethods } from "./require-methods.ts";

/** Checks its methods: they return nothing. */
export function checkedListener(listener: Listener, who: string): Listener {
  requireMethods(who, listener, { required: ["hear"], optional: ["open", "close"] });
  return listener;
}
