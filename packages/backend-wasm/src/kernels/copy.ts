import * as tf from "@tensorflow/tfjs";
import type { WasmBackend } from "../backend.ts";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Info = tf.TensorInfo;
type Four = [number, number, number, number];

/** The shape with axes of 1 put before it, up to four; undefined for more than four. */
function four(shape: readonly number[], fill: number): Four | undefined {
  return shape.length > 4 ? undefined : ([...Array<number>(4 - shape.length).fill(fill), ...shape] as Four);
}

/** Byte strides of the first three axes. */
function strides([, a, b, c]: Four): [number, number, number] {
  return [4 * a * b * c, 4 * b * c, 4 * c];
}

/** Copies a box of `extent` elements from one tensor to another; the offsets count elements along each axis. */
function copyBox(backend: WasmBackend, from: [Info, Four, Four], to: [Info, Four, Four], extent: Four): void {
  const place = ([info, shape, offset]: [Info, Four, Four]) => {
    const [s0, s1, s2] = strides(shape);
    return [backend.address(info) + offset[0] * s0 + offset[1] * s1 + offset[2] * s2 + 4 * offset[3], s0, s1, s2];
  };
  const [n0, n1, n2, n3] = extent;
  // A row that is whole in both is one run with its neighbours.
  const whole = from[1][3] === n3 && to[1][3] === n3;
  const [rows, run] = whole ? [1, n2 * n3] : [n2, n3];
  const cut = { total: n0, grain: grainOf(n0, Math.ceil(16_384 / Math.max(1, n1 * n2 * n3))), work: { bytes: 8 * n0 * n1 * n2 * n3 } };
  backend.run("copyRuns", cut, ...place(from), ...place(to), n1, rows, 4 * run);
}

const pad: WasmKernel<{ x: Info }, { paddings: [number, number][]; constantValue: number }> = ({ inputs: { x }, attrs, backend }) => {
  const { paddings, constantValue } = attrs;
  const from = four(x.shape, 1);
  const before = four(
    paddings.map(([start]) => start),
    0,
  );
  if (!from || !before || x.dtype !== "float32") return undefined;
  const shape = x.shape.map((n, i) => n + paddings[i]![0] + paddings[i]![1]);
  const y = backend.makeFloats(shape);
  const total = tf.util.sizeFromShape(shape);
  backend.run("fill", { total, grain: grainOf(total, 65_536, 64) }, backend.address(y), constantValue);
  copyBox(backend, [x, from, [0, 0, 0, 0]], [y, four(shape, 1)!, before], from);
  return y;
};

const slice: WasmKernel<{ x: Info }, { begin: number | number[]; size: number | number[] }> = ({ inputs: { x }, attrs, backend }) => {
  if (x.dtype !== "float32" || x.shape.length > 4) return undefined;
  const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
  tf.slice_util.assertParamsValid(x, begin, size);
  const y = backend.makeFloats(size);
  const extent = four(size, 1)!;
  copyBox(backend, [x, four(x.shape, 1)!, four(begin, 0)!], [y, extent, [0, 0, 0, 0]], extent);
  return y;
};

export const copyKernels: KernelTable = { PadV2: pad, Slice: slice };
