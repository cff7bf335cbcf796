import type { Steering } from "@benn/core/node";
import { inTraining, type RunState } from "./run-state.ts";

/** The member that a key applies to, or why there is none. */
export type Steered = { readonly member: number | undefined; readonly words: string } | { readonly refused: string };

/**
 * The member that a request applies to: the only one in training, or of several in parallel the chosen one.
 * @param chosen the member that is chosen on the screen, if any
 */
export function memberToSteer(state: RunState, steering: Steering, chosen: number | undefined): Steered {
  const running = inTraining(state);
  const [only] = running;
  if (!only) return { refused: "no member is in training" };
  if (running.length === 1) return { member: undefined, words: wordsOf(steering, "") };
  if (chosen === undefined) return { refused: "several members train: choose one with ↑ ↓ first" };
  if (!running.some(({ member }) => member === chosen)) return { refused: `member ${chosen + 1} is not in training: choose one that is` };
  return { member: chosen, words: wordsOf(steering, `member ${chosen + 1}: `) };
}

function wordsOf(steering: Steering, who: string): string {
  if (steering.action === "learning-rate") return `${who}learning rate × ${steering.factor} from the next batch on`;
  return `${who}this epoch is the ${who === "" ? "member's " : ""}last`;
}
