import { followEvents } from "@benn/core/node";
import { tensorboard } from "./tensorboard.ts";

/**
 * Writes the event files of a run from its `events.jsonl`: of a finished one, or of one that did not ask for them. They
 * are the same as those written while it trained.
 * @throws UserError when the folder is not a run folder
 */
export async function convertRun(folder: string): Promise<void> {
  const listener = tensorboard();
  try {
    await listener.open?.({ folder, past: followEvents(folder, { follow: false }) });
  } finally {
    await listener.close?.();
  }
}
