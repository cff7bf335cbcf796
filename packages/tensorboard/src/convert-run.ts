import { followEvents } from "@benn/core/node";
import { tensorboard } from "./tensorboard.ts";

/**
 * Writes the event files of a run from its `events.jsonl`: of a finished run, or of one without the listener. They are identical to those
 * written during training.
 * @throws UserError if the folder is not a run folder
 */
export async function convertRun(folder: string): Promise<void> {
  const listener = tensorboard();
  try {
    await listener.open?.({ folder, past: followEvents(folder, { follow: false }) });
  } finally {
    await listener.close?.();
  }
}
