import type { GraphNode, Shape } from "./graph.ts";
import type { Popcount } from "./choose-popcount.ts";
import type { Kernels } from "./kernels.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import { type BaseOf, wordsOf } from "./pack-kernel.ts";
import { floatsOf, type Tensor } from "./read-safetensors.ts";
import type { PixelClasses } from "./window.ts";

/** The context for compiling a member into steps. */
export interface CompileContext {
  readonly kernels: Kernels;
  readonly plan: MemoryPlan;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** See `CheckedModel`. */
  readonly table: Float32Array | undefined;
  readonly popcount: Popcount;
  readonly planes: PlaneSteps | undefined;
  /** Set before an image is run: whether its bytes are available besides its floats. */
  readonly image: { hasBytes: boolean };
  /** Called for each first-layer sum that had to be computed in float32. */
  onUnsure?(count: number): void;
}

/** One node's work, with all addresses fixed. */
export type NodeKernel = () => void;

/** For nodes with codes. */
export type PlaneSteps = (node: GraphNode, place: NodeBuffers, workshop: CompileContext) => NodeKernel;

/** A node, its input and output, and their addresses. */
export interface NodeBuffers {
  readonly x: Shape;
  readonly y: Shape;
  readonly from: readonly number[];
  readonly to: number;
}

export const tensorOf = (key: string, { tensors }: CompileContext): Tensor => tensors.get(key) as Tensor;

/** Addresses and mode of sums as floats: `storeFloats` in `assembly`. */
export interface Sums {
  from: number;
  to: number;
  scale: number;
  bias: number;
  mode: number;
  baseOf: BaseOf;
}

/** A tensor of floats, padded with zeros to a multiple of 32. */
export function floatsAt(key: string, count: number, workshop: CompileContext): number {
  const size = Math.ceil(count / 32) * 32;
  return workshop.plan.constant(4 * size, () => {
    const filled = new Float32Array(size);
    filled.set(floatsOf(tensorOf(key, workshop)));
    return filled;
  });
}

/** The bits of channels to invert, in whole words. */
export function flipsAt(key: string | undefined, { channels }: Shape, workshop: CompileContext): number {
  const size = wordsOf(channels) * 8;
  if (key === undefined) return workshop.plan.zeros(size);
  return workshop.plan.constant(size, () => {
    const filled = new Uint8Array(size);
    filled.set(tensorOf(key, workshop).bytes);
    // No bit beyond the last channel may be set: it would count as a channel in whatever reads it.
    if (channels & 7) filled[channels >> 3]! &= (1 << (channels & 7)) - 1;
    return filled;
  });
}

/** Byte offsets into tables, one for each class. */
export function classesAt(classes: PixelClasses, tableBytes: number, { height, width }: Shape, { plan }: CompileContext): number {
  return plan.constant(4 * (height + width), () => classes.offsets(tableBytes));
}
