import type { RunEnd, StopRule } from "@benn/core";
import { membersWord } from "./vote-sentence.ts";

/** Describes what may end the run before its last member. */
export function stopWords({ on, patience }: StopRule): string {
  return `ends when the vote ${on === "validation" ? "on validation rows" : "out of bag"} has not improved for ${membersWord(patience)}`;
}

/** Why a run ended before its last member, and which members vote; undefined if it did not, or can be resumed. */
export function stopSentence({ reason, message, members }: RunEnd): string | undefined {
  if (reason === "stopped-by-scheme") return `Stopped early: ${message ?? "the scheme had nothing more to do."}`;
  if (reason !== "stopped-early") return undefined;
  return `Stopped early: ${message ?? "the vote had not risen."} ${members === 1 ? "It votes alone" : `All ${members} members vote`}.`;
}
