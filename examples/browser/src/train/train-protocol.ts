// Messages between the training page and its worker.
import type { RunEvent } from "@benn/core";

export interface Recipe {
  readonly scheme: "deep-ensemble" | "bagging" | "samme";
  readonly members: number;
  readonly epochs: number;
  /** Width of the network, relative to the paper's. */
  readonly width: number;
  readonly seed: number;
}

export type TrainRequest =
  | { readonly type: "train"; readonly recipe: Recipe; readonly photos: Photos }
  | { readonly type: "stop" }
  | { readonly type: "pack" };

/** [rows, height, width, channels] bytes and classes of two sets. */
export interface Photos {
  readonly classes: readonly string[];
  readonly train: { readonly pixels: Uint8Array; readonly labels: Int32Array };
  readonly test: { readonly pixels: Uint8Array; readonly labels: Int32Array };
}

/** `ready`: multiply-adds of one image's forward pass, and training steps of a network. */
export type TrainReply =
  | { readonly type: "event"; readonly event: RunEvent }
  | { readonly type: "ready"; readonly multiplyAdds: number; readonly steps: number }
  | { readonly type: "packed"; readonly bytes: Uint8Array }
  | { readonly type: "failed"; readonly message: string };
