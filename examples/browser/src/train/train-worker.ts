// Trains in a separate thread, so that the page stays responsive.
import { Ensemble } from "./ensemble.ts";
import type { TrainReply, TrainRequest } from "./train-protocol.ts";

let ensemble: Ensemble | undefined;

const reply = (message: TrainReply): void => self.postMessage(message); // oxlint-disable-line unicorn/require-post-message-target-origin -- from a thread, not a window

async function handle(request: TrainRequest): Promise<void> {
  if (request.type === "stop") return ensemble?.control.stopNow();
  if (request.type === "pack") {
    if (ensemble) reply({ type: "packed", bytes: await ensemble.pack() });
    return;
  }
  ensemble = await Ensemble.open(request.recipe, request.photos);
  reply({ type: "ready", multiplyAdds: ensemble.multiplyAdds(), steps: ensemble.steps });
  for await (const event of ensemble.train()) reply({ type: "event", event });
}

self.addEventListener("message", ({ data }: MessageEvent<TrainRequest>) => {
  handle(data).catch((error: unknown) => reply({ type: "failed", message: error instanceof Error ? error.message : String(error) }));
});
