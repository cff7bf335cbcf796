import type { BinaryConvNode, Shape } from "./graph.ts";
import type { Pair } from "./node-parts.ts";
import { type BaseOf, countClasses, type CountedClass, limitOf } from "./pack-kernel.ts";
import { packNibbles, stepsOf, tableFilters } from "./pack-nibbles.ts";
import { integersOf } from "./read-safetensors.ts";
import { pairClasses, pixelClasses } from "./window.ts";
import { classesAt, flipsAt, type NodeBuffers, type NodeKernel, type Sums, tensorOf, type CompileContext } from "./compile-context.ts";

/** Counts are int16 there. */
const LONGEST = 2 ** 15 - 2;
/**
 * Joined taps cannot skip those outside the map; so join them only if the steps of single taps would have more padding than this factor.
 */
const EMPTIEST = 1.07;
const TILE_BYTES = 16 * 256;

/** Whether patches of this length can be counted by table lookup. */
export function isForTables(length: number): boolean {
  return length <= LONGEST;
}

/** `binaryConvStep` by table lookup; described in `assembly/table-conv.ts`. */
export function tableConvStep(node: BinaryConvNode, { x, y }: NodeBuffers, workshop: CompileContext, sums: Sums): NodeKernel {
  const { kernels, plan } = workshop;
  const [kh, kw] = node.size;
  const filters = y.channels;
  const bits = tensorOf(node.kernel, workshop).bytes;
  const merged = kh * kw > 1 && 12 * stepsOf(x.channels) > EMPTIEST * x.channels;
  const tap = merged ? kh * kw * x.channels : x.channels;
  const taps: Pair = merged ? [1, 1] : [kh, kw];
  const kernel = plan.constant(tableFilters(filters) * 3 * stepsOf(tap) * taps[0] * taps[1], () => packNibbles(bits, filters, taps, tap));
  const counts = workshop.plan.shared("counts", 4096, countTable);
  const map: Pair = [x.height, x.width];
  const classes = merged ? pixelClasses(map, node.size, node) : pairClasses(map, node.size, node);
  const counted = (): CountedClass[] => countClasses(bits, { filters, size: node.size, channels: x.channels }, classes);
  const padded = tableFilters(filters);
  plan.needScratch(scratchBytes(node, x, y, { merged, bytes: 3 * stepsOf(tap) }));
  const isBits = node.thresholds !== undefined;
  const tableBytes = (isBits ? 2 : 4) * padded;
  const offsets = classesAt(classes, tableBytes, y, workshop);
  const tables = plan.constant(tableBytes * classes.rows.length * classes.columns.length, () =>
    isBits
      ? limits(counted(), integersOf(tensorOf(node.thresholds ?? "", workshop)), padded)
      : bases(counted(), { filters, padded, baseOf: sums.baseOf }),
  );
  const flips = flipsAt(node.flips, y, workshop);
  const window = [kh, kw, filters, y.height, y.width, ...node.strides, node.pad[0], node.pad[2]] as const;
  const layer = [x.height, x.width, x.channels, kernel, ...window, Number(merged), counts, tables, offsets, flips] as const;
  return () => {
    const { from, to, scale, bias, mode } = sums;
    kernels.tableConv(from, ...layer, scale, bias, mode, to, plan.scratch);
  };
}

/** Sums of a tile, then the codes, then two patches to be joined. */
function scratchBytes(
  { size: [kh, kw], strides: [, across] }: BinaryConvNode,
  x: Shape,
  y: Shape,
  { merged, bytes }: { readonly merged: boolean; readonly bytes: number },
): number {
  const perRow = Math.ceil(y.width / 2);
  const codes =
    merged || (kh === 1 && kw === 1)
      ? Math.max(y.height * perRow, x.height * ((2 * perRow - 2) * across + 1))
      : x.height * ((2 * perRow - 2) * across + kw);
  const patches = merged ? 16 * Math.ceil((kh * kw * x.channels) / 64) : 0;
  return TILE_BYTES + codes * bytes + patches + 128;
}

/**
 * [256 codes][16]: how many of the code's four bits differ from each possible four bits; those of its low half in the low half of the byte.
 */
function countTable(): Uint8Array {
  const differing = (a: number, b: number): number => [1, 2, 4, 8].filter((bit) => (a ^ b) & bit).length;
  return Uint8Array.from({ length: 4096 }, (_, i) => differing((i >> 4) & 15, i & 15) | (differing(i >> 8, i & 15) << 4));
}

/** Bit = count < limit. */
function limits(classes: readonly CountedClass[], thresholds: Int32Array, padded: number): Int16Array {
  const tables = new Int16Array(classes.length * padded);
  for (const [i, counted] of classes.entries()) {
    for (const [filter, threshold] of thresholds.entries())
      tables[i * padded + filter] = Math.min(limitOf(counted, filter, threshold), LONGEST + 1);
  }
  return tables;
}

/** The sum is base − 2·count. */
function bases(
  classes: readonly CountedClass[],
  { filters, padded, baseOf }: { readonly filters: number; readonly padded: number; readonly baseOf: BaseOf },
): Int32Array {
  const tables = new Int32Array(classes.length * padded);
  for (const [i, counted] of classes.entries()) {
    for (let filter = 0; filter < filters; filter++) tables[i * padded + filter] = baseOf(counted, filter);
  }
  return tables;
}
