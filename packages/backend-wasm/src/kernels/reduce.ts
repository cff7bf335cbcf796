import * as tf from "@benn/core/tensorflow";
import { broadcastSides } from "../broadcast-sides.ts";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";
import { withProgram } from "../program.ts";

/** Sum or mean over adjacent axes: over the middle of [outer, middle, inner]. */
function reduce(divisor: (middle: number) => number): WasmKernel<{ x: tf.TensorInfo }, { axis?: number | number[]; keepDims?: boolean }> {
  return ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype !== "float32") return undefined;
    const axes = tf.util.parseAxisParam(attrs.axis ?? x.shape.map((_, i) => i), x.shape);
    const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
    const sides = broadcastSides(x.shape, kept);
    if (!sides || x.shape.includes(0)) return undefined;
    const [outer, middle, inner] = sides;
    const { wasm } = backend;
    const y = backend.makeFloats(attrs.keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i)));
    const to = backend.address(y);
    const formula = backend.formula(x);
    // Also for a single row, so that an image has the same sums whatever else is in its batch.
    if (outer > 1 || !axes.includes(0)) {
      const from = backend.address(x);
      const cut = { total: outer, grain: grainOf(outer, Math.ceil(16_384 / (middle * inner))), scratch: 8 * inner };
      backend.run("sumMiddle", { ...cut, work: { bytes: 4 * outer * middle * inner } }, from, middle, inner, to, divisor(middle));
    } else if (formula.operation === "normalizeGrad" && formula.channels === inner) {
      // Shifting all rows alike has no effect after a batch norm: these sums are 0, except for rounding if they were computed.
      backend.run("fill", { total: inner, grain: inner }, to, 0);
    } else {
      withProgram(backend, [formula], inner, ({ address, length, scratch }) => {
        const count = middle * inner;
        const total = Math.ceil(count / length);
        const grain = grainOf(total, Math.ceil(16_384 / length));
        const chunks = Math.ceil(total / grain);
        backend.withScratch(8 * length * chunks, (partials) => {
          backend.run("sumRows", { total, grain, scratch, work: { bytes: 4 * count } }, address, count, length, grain, partials);
          wasm.finishSums(partials, chunks, length, inner, divisor(middle), to);
        });
      });
    }
    return y;
  };
}

export const reduceKernels: KernelTable = { Sum: reduce(() => 1), Mean: reduce((middle) => middle) };
