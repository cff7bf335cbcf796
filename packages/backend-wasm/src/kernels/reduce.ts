import * as tf from "@tensorflow/tfjs";
import { broadcastSides } from "../broadcast-sides.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

/** Sum or mean over neighbouring axes: over the middle of [outer, middle, inner]. */
function reduce(divisor: (middle: number) => number): WasmKernel<{ x: tf.TensorInfo }, { axis?: number | number[]; keepDims?: boolean }> {
  return ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== "float32") return undefined;
    const axes = tf.util.parseAxisParam(attrs.axis ?? x.shape.map((_, i) => i), x.shape);
    const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
    const sides = broadcastSides(x.shape, kept);
    if (!sides || x.shape.includes(0)) return undefined;
    const [outer, middle, inner] = sides;
    const y = backend.makeFloats(attrs.keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i)));
    const [from, to] = [backend.address(x), backend.address(y)];
    backend.withScratch(8 * backend.wasm.patternLength(inner), (scratch) =>
      backend.wasm.sumMiddle(from, outer, middle, inner, to, divisor(middle), scratch),
    );
    return y;
  };
}

export const reduceKernels: KernelTable = { Sum: reduce(() => 1), Mean: reduce((middle) => middle) };
