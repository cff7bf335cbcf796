// The code of the browser's worker, for `pnpm bench browser`: trains, and reports to the page.
import { fewSteps } from "./few-steps.ts";

async function train(threads: number): Promise<object> {
  try {
    return await fewSteps({ threads });
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

self.addEventListener("message", ({ data }: MessageEvent<{ threads: number }>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- from a thread, not a window
  void train(data.threads).then((result) => self.postMessage(result));
});
