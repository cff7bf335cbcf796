import type { RunEvent } from "@benn/core";
import { printable } from "@benn/core/messages";

/** An event with all text made safe for a terminal, including names of metrics and voters. */
export function printableEvent(event: RunEvent): RunEvent {
  return printableValue(event) as RunEvent;
}

function printableValue(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(printableValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [printable(key), printableValue(inside)]));
}
