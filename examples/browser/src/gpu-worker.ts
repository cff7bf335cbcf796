// Runs the same file on the GPU, next to the engine: no answer waits for it.
import type { ImageInput, VoteName } from "@benn/packed";
import { type GpuModel, loadOnGpu, type WasmModel } from "@benn/packed/webgpu";

export interface GpuQuestion {
  readonly image: ImageInput;
  readonly voter: VoteName;
}

export type GpuRequest = { readonly bytes: ArrayBuffer } | GpuQuestion;

/** Or a sentence that says why there is none. */
export type GpuReply = { readonly milliseconds: number; readonly label: string } | { readonly reason: string };

let opened: Promise<GpuModel | WasmModel> | undefined;

const reply = (message: GpuReply): void => self.postMessage(message); // oxlint-disable-line unicorn/require-post-message-target-origin -- from a thread, not a window

async function predict({ image, voter }: GpuQuestion): Promise<GpuReply> {
  const model = await opened;
  if (!model) return { reason: "no model is loaded" };
  if (model.engine === "wasm") return { reason: model.reason };
  const start = performance.now();
  const [prediction] = await model.predict([image], { voter });
  return { milliseconds: performance.now() - start, label: prediction?.label ?? "" };
}

self.addEventListener("message", ({ data }: MessageEvent<GpuRequest>) => {
  if ("bytes" in data) {
    void opened?.then((model) => model.dispose()).catch(() => {});
    opened = loadOnGpu(data.bytes, { batch: 1 });
    opened.catch(() => {}); // reported when a prediction is requested
    return;
  }
  predict(data).then(reply, (error: unknown) => reply({ reason: error instanceof Error ? error.message : String(error) }));
});
