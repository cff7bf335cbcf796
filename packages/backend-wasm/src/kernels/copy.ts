import * as tf from "@benn/core/tensorflow";
import type { WasmBackend } from "../backend.ts";
import { Block } from "../block.ts";
import { Formula } from "../formula.ts";
import { grainOf } from "../grain-of.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type TensorInfo = tf.TensorInfo;
type Four = [number, number, number, number];

/** The shape with leading axes of 1, up to four axes; undefined for more than four. */
function four(shape: readonly number[], fill: number): Four | undefined {
  return shape.length > 4 ? undefined : ([...Array<number>(4 - shape.length).fill(fill), ...shape] as Four);
}

/** Byte strides of the first three axes. */
function strides([, a, b, c]: Four): [number, number, number] {
  return [4 * a * b * c, 4 * b * c, 4 * c];
}

/** A tensor's address and shape, and an offset in it, in elements along each axis. */
type TensorOffset = readonly [address: number, shape: Four, offset: Four];

/** Copies a box of `extent` elements between two tensors. */
function copyBox(backend: WasmBackend, from: TensorOffset, to: TensorOffset, extent: Four): void {
  const place = ([address, shape, offset]: TensorOffset) => {
    const [s0, s1, s2] = strides(shape);
    return [address + offset[0] * s0 + offset[1] * s1 + offset[2] * s2 + 4 * offset[3], s0, s1, s2] as const;
  };
  const [n0, n1, n2, n3] = extent;
  // Rows that are complete in both tensors are merged with their neighbours into one run.
  const whole = from[1][3] === n3 && to[1][3] === n3;
  const [rows, run] = whole ? [1, n2 * n3] : [n2, n3];
  const cut = { total: n0, grain: grainOf(n0, Math.ceil(16_384 / Math.max(1, n1 * n2 * n3))), work: { bytes: 8 * n0 * n1 * n2 * n3 } };
  backend.run("copyRuns", cut, ...place(from), ...place(to), n1, rows, 4 * run);
}

const pad: WasmKernel<{ x: TensorInfo }, { paddings: [number, number][]; constantValue: number }> = ({ inputs: { x }, attrs, backend }) => {
  const { paddings, constantValue } = attrs;
  const from = four(x.shape, 1);
  const before = four(
    paddings.map(([start]) => start),
    0,
  );
  if (!from || !before || x.dtype !== "float32") return undefined;
  const shape = x.shape.map((n, i) => n + paddings[i]![0] + paddings[i]![1]);
  const length = tf.util.sizeFromShape(shape);
  const operand = backend.formula(x);
  const compute = (): Block => {
    backend.materialize(operand);
    const y = new Block(backend.tensors, 4 * length);
    backend.run("fill", { total: length, grain: grainOf(length, 65_536, 64) }, y.address, constantValue);
    copyBox(backend, [operand.block!.address, from, [0, 0, 0, 0]], [y.address, four(shape, 1)!, before], from);
    return y;
  };
  // An average pool treats the zeros around its images as read.
  const [rows, columns] = [paddings[1], paddings[2]];
  const around = x.shape.length === 4 && constantValue === 0 && [paddings[0]!, paddings[3]!].flat().every((n) => n === 0);
  const padded = around ? { operand, shape: from, top: rows![0], left: columns![0] } : undefined;
  const y = backend.defer(shape, new Formula("whole", { length, inputs: [operand], compute, ...(padded && { forms: { padded } }) }));
  if (!padded) backend.address(y);
  return y;
};

const slice: WasmKernel<{ x: TensorInfo }, { begin: number | number[]; size: number | number[] }> = ({ inputs: { x }, attrs, backend }) => {
  if (x.dtype !== "float32" || x.shape.length > 4) return undefined;
  const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
  tf.slice_util.assertParamsValid(x, begin, size);
  const y = backend.makeFloats(size);
  const extent = four(size, 1)!;
  copyBox(backend, [backend.address(x), four(x.shape, 1)!, four(begin, 0)!], [backend.address(y), extent, [0, 0, 0, 0]], extent);
  return y;
};

export const copyKernels: KernelTable = { PadV2: pad, Slice: slice };
