import { UserError } from "@benn/core/messages";
import type { QueuePlace } from "../run/thread-messages.ts";

/**
 * The queue that `--on`, `--store` and `--class` specify. The address may be in BENN_QUEUE_URL, which other users of the machine cannot
 * see, unlike a command's arguments.
 * @throws UserError if there is no address
 */
export function queuePlace(
  on: string | true,
  { store, class: className }: { readonly store?: string | undefined; readonly class?: string | undefined } = {},
): QueuePlace {
  const url = on === true ? process.env["BENN_QUEUE_URL"] : on;
  if (url === undefined || url === "")
    throw new UserError("--on: names no queue, and BENN_QUEUE_URL is not set. Expected redis://HOST or rediss://HOST.");
  return { url, ...(store === undefined ? {} : { store }), ...(className === undefined ? {} : { className }) };
}
