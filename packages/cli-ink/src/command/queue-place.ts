import { resolve } from "node:path";
import { UserError } from "@benn/core/messages";
import type { QueuePlace } from "../run/thread-messages.ts";

export interface QueuePlaceOptions {
  readonly store?: string | undefined;
  readonly class?: string | undefined;
  readonly ca?: string | undefined;
  readonly insecure?: boolean | undefined;
}

/**
 * What `--on`, `--store`, `--class`, `--ca` and `--insecure` say. The address may stand in BENN_QUEUE_URL and its password in BENN_QUEUE_PASSWORD, which
 * other users of the machine do not see, as they see a command's words.
 * @throws UserError when there is no address
 */
export function queuePlace(
  on: string | true,
  { store, class: className, ca, insecure }: QueuePlaceOptions = {},
  { BENN_QUEUE_URL, BENN_QUEUE_PASSWORD }: NodeJS.ProcessEnv = process.env,
): QueuePlace {
  const url = on === true ? BENN_QUEUE_URL : on;
  if (url === undefined || url === "")
    throw new UserError("--on: names no queue, and BENN_QUEUE_URL is not set. Expected redis://HOST or rediss://HOST.");
  return {
    url: BENN_QUEUE_PASSWORD === undefined || BENN_QUEUE_PASSWORD === "" ? url : withPassword(url, BENN_QUEUE_PASSWORD),
    ...(store === undefined ? {} : { store }),
    ...(className === undefined ? {} : { className }),
    ...(ca === undefined ? {} : { ca: resolve(ca) }),
    ...(insecure === undefined ? {} : { insecure }),
  };
}

/** The address with the password, unless it has one. */
function withPassword(url: string, password: string): string {
  if (!URL.canParse(url)) return url; // refused where it is used
  const parsed = new URL(url);
  if (parsed.password !== "" || parsed.hostname === "") return url;
  const secret = encodeURIComponent(password);
  return url.replace(/^(\w+:\/\/)(?:([^@/]*)@)?/, (_, scheme: string, user = "") => `${scheme}${user.replace(/:$/, "")}:${secret}@`);
}
