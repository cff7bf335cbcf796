// Tries backends for `benn doctor` and reports the results; output of libraries stays in this process.
import { examineBackends } from "@benn/core/node";
import { openContainer } from "./command/open-container.ts";
import type { ProbeMessage, ProbeRequest } from "./command/probe-backends.ts";

const send = (message: ProbeMessage): void => void process.send?.(message);

process.once("message", (request: ProbeRequest) => {
  probe(request).then(
    () => process.disconnect?.(),
    (error: unknown) => {
      send({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
      process.disconnect?.();
    },
  );
});

async function probe({ names, plugins, cwd, without }: ProbeRequest): Promise<void> {
  const container = await openContainer(plugins, { cwd, without });
  await examineBackends(container, {
    names,
    onBegin: (name) => send({ kind: "begin", name }),
    onReport: (report) => send({ kind: "report", report }),
  });
}
