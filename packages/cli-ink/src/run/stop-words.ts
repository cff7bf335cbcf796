import type { RunEnd, StopRule } from "@benn/core";
import { membersWord } from "./vote-sentence.ts";

/** What may end the run before its last member, before it does. */
export function stopWords({ on, patience }: StopRule): string {
  return `ends when the vote ${on === "validation" ? "on validation rows" : "out of bag"} has not improved for ${membersWord(patience)}`;
}

/** Why a run ended before its last member, and who votes; undefined of one that did not, or may go on. */
export function stopSentence({ reason, message, members }: RunEnd): string | undefined {
  if (reason === "stopped-by-scheme") return `Stopped early: ${message ?? "the scheme had nothing more to do."}`;
  if (reason !== "stopped-early") return undefined;
  return `Stopped early: ${message ?? "the vote had not risen."} ${members === 1 ? "It votes alone" : `All ${members} members vote`}.`;
}
