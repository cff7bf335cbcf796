import type { TensorInfo } from "@tensorflow/tfjs";
import type { GuardedBackend } from "../guarded-backend.ts";
import { runElements } from "../run-elements.ts";

export interface ChannelSums {
  /** Tells this term from all other. */
  readonly key: string;
  /** Tensors by their name in WGSL. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly rows: number;
  readonly channels: number;
  /** WGSL of what is summed, of `at` (the element's index) and `channel`. */
  readonly term: string;
  /** A tensor of as many values to write to, instead of a new one. */
  readonly output?: TensorInfo | undefined;
}

/** Threads that a pass is divided over, and rows that a thread of it sums at least. */
const THREADS = 65_536;
const LEAST_ROWS = 64;

/**
 * Sums a term over the rows of [rows, channels] for each channel: neighbouring threads take neighbouring channels of a run
 * of rows, then the runs are summed in the same way. The order is fixed, so the same inputs give the same sums.
 * @returns [channels], which the caller disposes
 */
export function channelSums(backend: GuardedBackend, { key, inputs, rows, channels, term, output }: ChannelSums): TensorInfo {
  const perThread = Math.max(LEAST_ROWS, Math.ceil((rows * channels) / THREADS));
  const runs = Math.max(1, Math.ceil(rows / perThread));
  const partial = runElements(backend, {
    key: `sums_${key}`,
    inputs,
    shape: [runs, channels],
    output: runs === 1 ? output : undefined,
    uniforms: { channels: ["i32", channels], rows: ["i32", rows], perThread: ["i32", perThread] },
    value: `
      let channel = index % uniforms.channels;
      let first = index / uniforms.channels * uniforms.perThread;
      let end = min(first + uniforms.perThread, uniforms.rows);
      var sum = 0.0;
      for (var row = first; row < end; row++) {
        let at = row * uniforms.channels + channel;
        sum += ${term};
      }
      return sum;`,
  });
  if (runs === 1) return { ...partial, shape: [channels] };
  const sums = channelSums(backend, { key: "x", inputs: { x: partial }, rows: runs, channels, term: "x[at]", output });
  backend.disposeData(partial.dataId);
  return sums;
}
