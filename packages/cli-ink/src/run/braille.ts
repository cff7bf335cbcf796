import type { Point } from "./history.ts";

/** Dots of a braille cell: two columns of four, from the top. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

export interface Frame {
  /** In cells of 2 × 4 dots. */
  readonly width: number;
  readonly height: number;
  /** Ranges that the frame shows. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/**
 * Draws a curve, points joined by lines, as `height` strings of `width` braille characters, with spaces for empty cells. Points in one
 * column of dots are averaged.
 */
export function braille(curve: readonly Point[], { width, height, x, y }: Frame): string[] {
  const cells = new Uint8Array(width * height);
  const [columns, rows] = [width * 2, height * 4];
  const place = (value: number, [low, high]: readonly [number, number], dots: number): number =>
    Math.round(((value - low) / (high - low || 1)) * (dots - 1));
  const dot = (column: number, row: number): void => {
    if (column < 0 || column >= columns || row < 0 || row >= rows) return;
    const cell = (row >> 2) * width + (column >> 1);
    cells[cell] = (cells[cell] ?? 0) | (DOTS[column & 1]?.[row & 3] ?? 0);
  };
  const means = new Map<number, { total: number; n: number }>();
  for (const point of curve) {
    if (!Number.isFinite(point.y)) continue;
    const column = place(point.x, x, columns);
    const { total, n } = means.get(column) ?? { total: 0, n: 0 };
    means.set(column, { total: total + point.y, n: n + 1 });
  }
  let from: readonly [number, number] | undefined;
  for (const [column, { total, n }] of means) {
    const to = [column, rows - 1 - place(total / n, y, rows)] as const;
    const start = from ?? to;
    const steps = Math.max(1, Math.abs(to[0] - start[0]), Math.abs(to[1] - start[1]));
    for (let i = 0; i <= steps; i++) {
      dot(Math.round(start[0] + ((to[0] - start[0]) * i) / steps), Math.round(start[1] + ((to[1] - start[1]) * i) / steps));
    }
    from = to;
  }
  return Array.from({ length: height }, (_, row) =>
    // Empty cells are spaces: one byte instead of the three of the empty braille pattern, and silent in a screen reader.
    String.fromCodePoint(...Array.from(cells.subarray(row * width, (row + 1) * width), (cell) => (cell === 0 ? 0x20 : 0x2800 + cell))),
  );
}

const BARS = "▁▂▃▄▅▆▇█";

/** A curve in one line of at most `width` characters, each the mean of its section. */
export function sparkline(curve: readonly Point[], width: number, end: number = curve.at(-1)?.x ?? 1): string {
  const sums = Array.from({ length: width }, () => ({ total: 0, n: 0 }));
  for (const { x, y } of curve) {
    const bin = sums[Math.min(width - 1, Math.floor((x / end) * width - 1e-9))];
    if (!bin || !Number.isFinite(y)) continue;
    bin.total += y;
    bin.n += 1;
  }
  const values = sums.map(({ total, n }) => (n === 0 ? undefined : total / n));
  const known = values.filter((value) => value !== undefined);
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const last = values.findLastIndex((value) => value !== undefined);
  let shown = known[0] ?? low;
  return values
    .slice(0, last + 1)
    .map((value) => BARS[Math.round((((shown = value ?? shown) - low) / span) * (BARS.length - 1))])
    .join("");
}
