import type { RunEvent } from "@benn/core";
import { eventLine } from "./event-line.ts";
import { printableEvent } from "./printable-event.ts";
import type { RunState } from "./run-state.ts";

/** A line of the log that the screen shows. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
  readonly isWarning: boolean;
}

const KEPT = 5000;

/** The log, extended by the line of an event if it has one. @param state after the event */
export function addToLog(log: readonly LogEntry[], logged: RunEvent, state: RunState): readonly LogEntry[] {
  const event = printableEvent(logged);
  if (event.type === "progress") return log;
  const text = event.type === "run-end" ? endWords(event) : eventLine(event, state, { live: false });
  if (text === undefined || text === log.at(-1)?.text) return log;
  return [...log.slice(1 - KEPT), { at: event.clock.at, text, isWarning: event.type === "warning" }];
}

function endWords({ reason, message }: Extract<RunEvent, { type: "run-end" }>): string {
  return `${reason.replaceAll("-", " ")}${message === undefined ? "" : `: ${message}`}`;
}
