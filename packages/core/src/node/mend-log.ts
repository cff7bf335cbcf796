import { existsSync } from "node:fs";
import type { RunEvent } from "../events.ts";
import type { Checkpoint } from "../train/run-store.ts";
import type { Emitted } from "../train/emitted.ts";
import { eventJson } from "./event-json.ts";
import { readEntries } from "./event-log.ts";
import type { Replay } from "./replay-run.ts";

/** A log in two parts: what a checkpoint covers, and what follows. */
export interface MendedLog {
  readonly covered: string;
  readonly rest: string;
}

interface Line {
  readonly event: RunEvent;
  readonly line: string;
}

/**
 * The readable lines of a damaged log in their order, completed by the events of a replay: the start of the run, starts and ends of
 * members, votes, the end. Lost steps, epochs and scores are not recovered.
 * @param checkpoint that the log must match: later events of its member are left out, because a resumed run emits them again
 * @param at milliseconds since 1970, for events of the replay that no earlier line with a time precedes
 */
export async function mendLog(path: string, replay: Replay, checkpoint: Checkpoint, at: number): Promise<MendedLog> {
  const kept: Line[] = [];
  const start = replay.events.find((event) => event.type === "run-start");
  if (existsSync(path)) {
    for await (const { line, event } of readEntries(path, { follow: false, members: start?.members.length })) {
      if (typeof event !== "string") kept.push({ event, line });
    }
  }
  const covered: string[] = [];
  const rest: string[] = [];
  let now = at;
  const keep = (part: string[], { line, event }: Line): void => {
    now = event.clock.at;
    part.push(line);
  };
  /** Puts the kept line of an event, or else the replay's event. */
  const put = (part: string[], isIt: (event: Emitted) => boolean): void => {
    const line = kept.find(({ event }) => isIt(event));
    const made = replay.events.find(isIt);
    if (line) keep(part, line);
    else if (made) part.push(eventJson({ ...made, clock: { at: now } }));
  };

  put(covered, ({ type }) => type === "run-start");
  const ends = new Map(replay.events.flatMap((event) => (event.type === "member-end" ? [[event.member, event]] : [])));
  const hasAdded = kept.some(({ event }) => event.type === "members-added");
  let voting = 0;
  for (let member = -1; member <= Math.max(checkpoint.member, ...ends.keys()); member++) {
    const isCovered = member < checkpoint.member || (member === checkpoint.member && checkpoint.training !== undefined);
    const end = ends.get(member);
    const isAdded = (event: Emitted): boolean => event.type === "members-added" && event.after === member + 1;
    if (!isCovered && !end) continue;
    const part = isCovered ? covered : rest;
    put(part, (event) => event.type === "member-start" && event.member === member);
    const within = kept.filter(({ event }) => isWithin(event, member) && (member !== checkpoint.member || isBefore(event, checkpoint)));
    for (const line of within) keep(part, line);
    if (!end) continue;
    const endPart = member < checkpoint.member ? covered : rest;
    put(endPart, (event) => event.type === "member-end" && event.member === member);
    if (end.alpha !== undefined) {
      voting += 1;
      put(endPart, (event) => event.type === "staged" && event.members === voting);
    }
    // The replay adds members as soon as possible; a remaining line shows when they were actually added.
    if (!hasAdded || kept.some(({ event }) => isAdded(event))) put(endPart, isAdded);
  }
  if (replay.reason !== "interrupted") put(rest, (event) => event.type === "run-end" && event.reason === replay.reason);
  const text = (of: readonly string[]): string => of.map((line) => `${line}\n`).join("");
  return { covered: text(covered), rest: text(rest) };
}

function isWithin(event: RunEvent, member: number): boolean {
  return "member" in event && event.member === member && event.type !== "member-start" && event.type !== "member-end";
}

/** Whether a checkpoint of the event's member was written after the event. */
function isBefore(event: RunEvent, { training }: Checkpoint): boolean {
  if (!training || !("epoch" in event)) return false;
  return event.epoch < training.epoch || (event.type === "step" && event.epoch === training.epoch && event.step <= training.step);
}
