import type { TensorInfo } from "@benn/core/tensorflow";
import * as tf from "@benn/core/tensorflow";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { channelSums } from "./channel-sums.ts";

/** Sums or means over adjacent axes before the last; TensorFlow.js would first transpose the tensor, whatever its size. */
const reduction =
  (factorOf: (rows: number) => number): Kernel<{ x: TensorInfo }, { axis: number | number[]; keepDims?: boolean }> =>
  ({ inputs: { x }, attrs: { axis, keepDims = false }, backend }) => {
    const axes = tf.util.parseAxisParam(axis, x.shape).toSorted((a, b) => a - b);
    const [first = 0] = axes;
    const last = axes.at(-1) ?? -1;
    if (x.dtype !== "float32" || last >= x.shape.length - 1 || last - first + 1 !== axes.length) return undefined;
    if (backend.shouldExecuteOnCPU([x])) return undefined;
    const count = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
    const rows = count(x.shape.slice(first, last + 1));
    const sums = channelSums(backend, {
      key: "x",
      inputs: { x },
      outer: count(x.shape.slice(0, first)),
      rows,
      channels: count(x.shape.slice(last + 1)),
      term: "x[at]",
      factor: factorOf(rows),
    });
    const shape = keepDims ? x.shape.map((n, i) => (axes.includes(i) ? 1 : n)) : x.shape.filter((_, i) => !axes.includes(i));
    return { ...sums, shape };
  };

export const leadingSumKernels: KernelTable = { Sum: reduction(() => 1), Mean: reduction((rows) => 1 / rows) };
