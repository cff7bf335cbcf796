import type { Pair, Sliding } from "./node-parts.ts";

/** Number of positions of a window along each axis of a map; may be 0 or less if it does not fit. */
export function windowOutput([height, width]: Pair, size: Pair, { strides, pad: [top, bottom, left, right] }: Sliding): Pair {
  return [Math.floor((height + top + bottom - size[0]) / strides[0]) + 1, Math.floor((width + left + right - size[1]) / strides[1]) + 1];
}

/** Taps `from` ≤ u < `to` of a window along one axis that lie inside the map. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Taps outside whose bits are not counted, while those of the others count as bits of 0; absent if there are none. */
  readonly uncounted?: readonly boolean[];
}

/** The different spans that occur along an axis, and which of them each position has. */
export function spansAlong(
  input: number,
  output: number,
  { size, stride, before }: { readonly size: number; readonly stride: number; readonly before: number },
): { readonly spans: readonly Span[]; readonly of: readonly number[] } {
  const spans: Span[] = [];
  const of = Array.from({ length: output }, (_, place) => {
    const begin = place * stride - before;
    const from = Math.min(size, Math.max(0, -begin));
    const to = Math.max(from, Math.min(size, input - begin));
    const known = spans.findIndex((span) => span.from === from && span.to === to);
    return known >= 0 ? known : spans.push({ from, to }) - 1;
  });
  return { spans, of };
}

/** Classes of output pixels by which taps lie inside: every row span with every column span, row spans first. */
export interface PixelClasses {
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
  /** For tables of `bytes` per class: byte offsets, one for each output row, then one for each output column. */
  offsets(bytes: number): Uint32Array;
}

/** `pixelClasses` where taps outside the map are counted only if they are inside for the other pixel of a pair in the same row. */
export function pairClasses([height, width]: Pair, size: Pair, sliding: Sliding): PixelClasses {
  const { strides, pad } = sliding;
  const [outHeight, outWidth] = windowOutput([height, width], size, sliding);
  const down = spansAlong(height, outHeight, { size: size[0], stride: strides[0], before: pad[0] });
  const across = spansAlong(width, outWidth, { size: size[1], stride: strides[1], before: pad[2] });
  const has = (place: number, tap: number): boolean => {
    const span = across.spans[across.of[place] ?? -1];
    return span !== undefined && tap >= span.from && tap < span.to;
  };
  const columns: Span[] = [];
  const known = new Map<string, number>();
  const of = across.of.map((own, place) => {
    const uncounted = Array.from({ length: size[1] }, (_, tap) => !has(place, tap) && !has(place ^ 1, tap));
    const key = `${own} ${uncounted.join()}`;
    const at = known.get(key) ?? columns.push({ ...(across.spans[own] as Span), uncounted }) - 1;
    known.set(key, at);
    return at;
  });
  const rows = down.spans.map(({ from, to }) => ({ from, to, uncounted: Array.from({ length: size[0] }, (_, u) => u < from || u >= to) }));
  return { rows, columns, offsets: offsetsOf(down.of, of, columns.length) };
}

export function pixelClasses([height, width]: Pair, size: Pair, sliding: Sliding): PixelClasses {
  const [outHeight, outWidth] = windowOutput([height, width], size, sliding);
  const [top, , left] = sliding.pad;
  const down = spansAlong(height, outHeight, { size: size[0], stride: sliding.strides[0], before: top });
  const across = spansAlong(width, outWidth, { size: size[1], stride: sliding.strides[1], before: left });
  return {
    rows: down.spans,
    columns: across.spans,
    offsets: offsetsOf(down.of, across.of, across.spans.length),
  };
}

const offsetsOf =
  (rows: readonly number[], columns: readonly number[], across: number): PixelClasses["offsets"] =>
  (bytes) =>
    Uint32Array.from([...rows.map((at) => at * across * bytes), ...columns.map((at) => at * bytes)]);
