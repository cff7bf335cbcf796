import type { Pair, Shape, Sliding } from "./graph.ts";
import { type BaseOf, countClasses, type CountedClass, limitOf } from "./pack-kernel.ts";
import { packNibbles, stepsOf, tableFilters } from "./pack-nibbles.ts";
import { pairClasses, pixelClasses } from "./window.ts";
import { classesAt, type Place, type Workshop } from "./workshop.ts";

/** Counts are int16 there. */
const LONGEST = 2 ** 15 - 2;
/** Joined taps leave out none beyond the map's edge; so do it only where steps of single ones would be emptier than this. */
const EMPTIEST = 1.07;
const TILE_BYTES = 16 * 256;

/** A kernel of bits [filters, ⌈height·width·channels / 8⌉], lowest bit first, and how it moves. */
export interface BitWindow extends Sliding {
  readonly size: Pair;
  readonly bits: Uint8Array;
}

/**
 * Adds signs up: floats (base − 2·count)·scale + bias of the bits at `from`, all addresses. By `mode` they are stored as they are (0), as
 * max(0, ·) (1), or added to those at `to` (2).
 */
export type SumSigns = (from: number, scale: number, bias: number, mode: number, to: number) => void;

/** Whether patches of this length can be counted by looking up. */
export function isForTables({ size }: BitWindow, { channels }: Shape): boolean {
  return size[0] * size[1] * channels <= LONGEST;
}

/** Bits by looking counts up; `assembly/table-conv.ts` describes how. */
export function tableConvStep(
  window: BitWindow,
  place: Pick<Place, "x" | "y">,
  thresholds: Int32Array,
  workshop: Workshop,
): (from: number, flips: number, to: number) => void {
  const { run, padded, tables } = lookingUp(window, place, 2, workshop);
  const limitsAt = tables((counted) => limits(counted, thresholds, padded));
  return (from, flips, to) => run(from, limitsAt, flips, 0, 0, 0, to);
}

/** Floats by looking counts up. */
export function tableSums(window: BitWindow, place: Pick<Place, "x" | "y">, baseOf: BaseOf, workshop: Workshop): SumSigns {
  const { run, padded, tables } = lookingUp(window, place, 4, workshop);
  const basesAt = tables((counted) => bases(counted, { filters: place.y.channels, padded, baseOf }));
  return (from, scale, bias, mode, to) => run(from, basesAt, 0, scale, bias, mode, to);
}

/** What looking up takes, whatever becomes of the counts, with so many bytes a filter in its tables. */
function lookingUp(window: BitWindow, { x, y }: Pick<Place, "x" | "y">, bytes: number, workshop: Workshop) {
  const { kernels, plan } = workshop;
  const { size, strides, pad, bits } = window;
  const [kh, kw] = size;
  const filters = y.channels;
  const merged = kh * kw > 1 && 12 * stepsOf(x.channels) > EMPTIEST * x.channels;
  const tap = merged ? kh * kw * x.channels : x.channels;
  const taps: Pair = merged ? [1, 1] : [kh, kw];
  const kernel = plan.constant(tableFilters(filters) * 3 * stepsOf(tap) * taps[0] * taps[1], () => packNibbles(bits, filters, taps, tap));
  const counts = plan.shared("counts", 4096, countTable);
  const map: Pair = [x.height, x.width];
  const classes = merged ? pixelClasses(map, size, window) : pairClasses(map, size, window);
  const padded = tableFilters(filters);
  plan.needScratch(scratchBytes(window, x, y, { merged, bytes: 3 * stepsOf(tap) }));
  const offsets = classesAt(classes, bytes * padded, y, workshop);
  const moves = [kh, kw, filters, y.height, y.width, ...strides, pad[0], pad[2]] as const;
  return {
    padded,
    /** The address of tables that are made of the counts of each class of pixels. */
    tables: (make: (counted: CountedClass[]) => ArrayBufferView): number =>
      plan.constant(bytes * padded * classes.rows.length * classes.columns.length, () =>
        make(countClasses(bits, { filters, size, channels: x.channels }, classes)),
      ),
    run(a: number, tables: number, flips: number, scale: number, bias: number, mode: number, to: number): void {
      const own = Number(merged);
      kernels.tableConv(
        a,
        x.height,
        x.width,
        x.channels,
        kernel,
        ...moves,
        own,
        counts,
        tables,
        offsets,
        flips,
        scale,
        bias,
        mode,
        to,
        plan.scratch,
      );
    },
  };
}

/** Sums of a tile, then the codes, then two patches to be joined. */
function scratchBytes(
  { size: [kh, kw], strides: [, across] }: BitWindow,
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

/** [256 codes][16] how many of the code's four bits differ from each four; of its low half in the low half of the byte. */
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

function bases(
  classes: readonly CountedClass[],
  { filters, padded, baseOf }: { readonly filters: number; readonly padded: number; readonly baseOf: BaseOf },
): Int32Array {
  const tables = new Int32Array(classes.length * padded);
  for (const [i, counted] of classes.entries())
    for (let filter = 0; filter < filters; filter++) tables[i * padded + filter] = baseOf(counted, filter);
  return tables;
}
