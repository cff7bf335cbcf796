import type { ImageInput, VoteName } from "@benn/packed";
import { element } from "./element.ts";
import type { GpuReply, GpuRequest } from "./gpu-worker.ts";
import { NewestOnly } from "./newest-only.ts";
import { milliseconds } from "./texts.ts";

/** The same on the GPU, for comparison; a line of the page shows the result. */
export class GpuComparison {
  readonly #worker = new Worker(new URL("gpu-worker.ts", import.meta.url), { type: "module" });
  readonly #questions = new NewestOnly<GpuRequest>((question) => this.#post(question));

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<GpuReply>) => {
      this.#show(
        "reason" in data
          ? `The graphics processor does not take part: ${data.reason}.`
          : `By WebGPU, on the graphics processor: ${milliseconds(data.milliseconds)}, and the answer is ${data.label}.`,
      );
      this.#questions.answered();
    });
    this.#worker.addEventListener("error", ({ message }) => this.#show(`The graphics processor does not take part: ${message}.`));
  }

  load(bytes: ArrayBuffer): void {
    this.#post({ bytes });
  }

  compare(image: ImageInput, voter: VoteName): void {
    this.#questions.ask({ image, voter });
  }

  #post(request: GpuRequest): void {
    this.#worker.postMessage(request); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
  }

  #show(text: string): void {
    element("gpu", HTMLParagraphElement).textContent = text;
  }
}
