// Your own listener: posts members, votes and the end of a run as JSON to an address, for a chat or a monitor. Try it:
//
//     benn train --plugin ./examples/webhook.ts --set listeners.name=webhook listeners.url=http://localhost:8080/benn
//
// The run waits for a listener, so a request is given up after a few seconds. One that fails throws: the run goes on without the
// listener, and says so once.
import { definePlugin, type Listener, LISTENERS, type RunEvent, UserError, z } from "@benn/core";

const TOLD: ReadonlySet<RunEvent["type"]> = new Set(["run-start", "member-end", "staged", "warning", "run-end"]);

export interface WebhookOptions {
  readonly url: string;
  readonly seconds: number;
}

export const webhook = ({ url, seconds }: WebhookOptions): Listener => ({
  async onEvent(event) {
    if (!TOLD.has(event.type)) return;
    const said = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(1000 * seconds),
    }).catch((cause: unknown) => {
      throw new UserError(`webhook: ${url} cannot be reached (${(cause as Error).message}). Check the address.`, { cause });
    });
    await said.arrayBuffer(); // frees the connection
    if (!said.ok) throw new UserError(`webhook: ${url} answered ${said.status}. Check the address, and whether it takes JSON.`);
  },
});

export default definePlugin({
  name: "webhook",
  register(container) {
    container.resolve(LISTENERS).add("webhook", {
      description: "posts what happens to an address",
      options: z.object({
        url: z.url({ protocol: /^https?$/ }).describe("address that takes JSON by POST"),
        seconds: z.number().positive().default(5).describe("how long an answer may take"),
      }),
      create: webhook,
    });
  },
});
