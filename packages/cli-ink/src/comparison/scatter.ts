/** A point of a character plot. */
export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** One character. Of points at the same position, the last one is visible. */
  readonly mark: string;
}

export interface ScatterOptions {
  /** In characters, including the labels. */
  readonly width: number;
  /** Lines without the axis. */
  readonly height: number;
  readonly xLabel: (value: number) => string;
  readonly yLabel: (value: number) => string;
}

const LABELS = 7;

/**
 * Draws points over a logarithmic x axis.
 * @param points all x above 0; one at least
 * @returns lines: height of them, the axis, and its labels
 */
export function scatter(points: readonly ScatterPoint[], { width, height, xLabel, yLabel }: ScatterOptions): string[] {
  const columns = Math.max(2, width - LABELS - 2);
  const xs = points.map(({ x }) => Math.log(x));
  const ys = points.map(({ y }) => y);
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const place = (value: number, low: number, high: number, cells: number): number =>
    high > low ? Math.round(((value - low) / (high - low)) * (cells - 1)) : Math.floor(cells / 2);
  const grid = Array.from({ length: height }, () => Array.from({ length: columns }, () => " "));
  for (const { x, y, mark } of points) grid[height - 1 - place(y, bottom, top, height)]![place(Math.log(x), left, right, columns)] = mark;
  const labelOf = (row: number): string => (row === 0 ? yLabel(top) : row === height - 1 ? yLabel(bottom) : "");
  const [first, last] = [xLabel(Math.exp(left)), xLabel(Math.exp(right))];
  const gap = Math.max(1, columns - first.length - last.length);
  return [
    ...grid.map((row, i) => `${labelOf(i).padStart(LABELS)} │${row.join("")}`.trimEnd()),
    `${" ".repeat(LABELS)} └${"─".repeat(columns)}`,
    `${" ".repeat(LABELS + 2)}${first}${" ".repeat(gap)}${last}`,
  ];
}
