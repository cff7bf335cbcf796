import { braille } from "../run/braille.ts";
import type { Point } from "../run/history.ts";
import { wrap } from "../run/wrap.ts";
import { bold, cut, dim, type Hue, type Line, line, lineWidth, type Span, span, textOf, widthOf } from "./line.ts";
import { shorten } from "./shorten.ts";

/** A curve of a chart. */
export interface Series {
  readonly name: string;
  readonly hue: Hue;
  readonly points: readonly Point[];
}

export interface PlotOptions {
  readonly title: string;
  /** The first is drawn above the others. */
  readonly series: readonly Series[];
  /** Range of the x axis, and its unit. */
  readonly x: readonly [number, number];
  readonly unit: string;
  /** Formats values in words, and beside the y axis, where 6 cells fit. */
  readonly format: (value: number) => string;
  readonly label: (value: number) => string;
  /** Range of the y axis, if it differs from that of the points. */
  readonly y?: readonly [number, number] | undefined;
  readonly log?: boolean;
  /** Positions on the x axis with a mark: best epochs. */
  readonly marks?: readonly number[];
  /** Position of the cursor, at which values are shown. */
  readonly cursor?: number | undefined;
  /** In cells; the title and the x axis take a line each, the names of several curves one or two. */
  readonly width: number;
  readonly height: number;
  /** Words instead of the picture. */
  readonly words?: boolean;
}

const LABELS = 7;
/** From this height on, names that one line has no room for take a second. */
const TALL = 9;

/** Draws curves with their axes. */
export function plot(options: PlotOptions): Line[] {
  const { title, series, format, width, height, cursor, words } = options;
  const [first] = series;
  const last = first?.points.findLast(({ y }) => Number.isFinite(y))?.y;
  if (words) return inWords(options);
  const legend = series.length > 1 || cursor !== undefined ? legendOf(options, height < TALL ? 1 : 2) : [];
  const rows = Math.max(1, height - 2 - legend.length);
  const room = Math.max(4, width - LABELS - 1);
  const value = series.length > 1 ? "" : last === undefined ? "–" : format(last);
  const head = line(bold(shorten(title, width - widthOf(value) - 1)), last === undefined ? dim(` ${value}`) : ` ${value}`);
  return [head, ...legend, ...picture(options, room, rows), axis(options, room)].map((spans) => cut(spans, width));
}

/** The range of the curves, widened until the labels of its ends differ: otherwise noise would look like a trend. */
export function rangeOf(series: readonly Series[], label: (value: number) => string): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { points } of series) {
    for (const { y } of points) {
      if (!Number.isFinite(y)) continue;
      if (y < low) low = y;
      if (y > high) high = y;
    }
  }
  if (low > high) return [0, 1];
  const middle = (low + high) / 2;
  let half = (high - low) / 2 || 1e-4 * (Math.abs(middle) || 1);
  while (label(middle - half) === label(middle + half)) half *= 2;
  return half > (high - low) / 2 ? [middle - half, middle + half] : [low, high];
}

/** The value of a curve at x: that of the last point up to it. */
export function valueAt(points: readonly Point[], x: number): number | undefined {
  return points.findLast((point) => point.x <= x + 1e-9)?.y ?? points[0]?.y;
}

function picture(options: PlotOptions, room: number, rows: number): Line[] {
  const { series, x, label, cursor, log = false } = options;
  const isKnown = series.some(({ points }) => points.some(({ y }) => Number.isFinite(y)));
  const range = options.y ?? rangeOf(series, label);
  const isLog = log && range[0] > 0;
  const scale = (value: number): number => (isLog ? Math.log10(value) : value);
  const unscale = (value: number): number => (isLog ? 10 ** value : value);
  const y = [scale(range[0]), scale(range[1])] as const;
  const cells: (Span | undefined)[][] = Array.from({ length: rows }, () => []);
  for (const { points, hue } of series.toReversed()) {
    const inside = points.filter((point) => point.x >= x[0] - 1e-9 && point.x <= x[1] + 1e-9 && (!isLog || point.y > 0));
    const scaled = isLog ? inside.map((point) => ({ x: point.x, y: scale(point.y) })) : inside;
    for (const [row, text] of braille(scaled, { width: room, height: rows, x, y }).entries()) {
      for (const [column, character] of Array.from(text).entries()) {
        if (character === " ") continue;
        const under = cells[row]![column];
        const bits = ((character.codePointAt(0) ?? 0) | (under?.text.codePointAt(0) ?? 0)) & 0xff;
        cells[row]![column] = span(String.fromCodePoint(0x2800 + bits), hue);
      }
    }
  }
  if (cursor !== undefined) {
    const column = Math.round(((cursor - x[0]) / (x[1] - x[0] || 1)) * (room - 1));
    for (const row of cells) if (column >= 0 && column < room) row[column] ??= dim("│");
  }
  return cells.map((row, at) => {
    const middle = unscale((y[0] + y[1]) / 2);
    const own = !isKnown
      ? ""
      : at === 0
        ? label(range[1])
        : at === rows - 1
          ? label(range[0])
          : rows >= 5 && at === (rows - 1) / 2
            ? label(middle)
            : "";
    return [dim(`${shorten(own, LABELS - 1).padStart(LABELS - 1)} │`), ...merged(row)];
  });
}

/** Joins neighbouring cells of one colour into spans. */
function merged(row: readonly (Span | undefined)[]): Span[] {
  const spans: { text: string; hue?: Hue | undefined }[] = [];
  for (let i = 0; i < row.length; i++) {
    const { text, hue } = row[i] ?? { text: " ", hue: spans.at(-1)?.hue };
    const last = spans.at(-1);
    if (last && last.hue === hue) last.text += text;
    else spans.push({ text, hue });
  }
  return spans;
}

function axis({ x, unit, marks = [] }: PlotOptions, room: number): Line {
  const end = ` ${unit} ${shortNumber(x[1])}`;
  const bar = Array.from({ length: Math.max(0, room - end.length) }, () => "─");
  for (const mark of marks) {
    const column = Math.round(((mark - x[0]) / (x[1] - x[0] || 1)) * (room - 1));
    if (column >= 0 && column < room) bar[Math.min(column, bar.length - 1)] = "▲"; // the last cells hold the axis label
  }
  const start = shortNumber(x[0]).padStart(LABELS);
  const parts = bar
    .join("")
    .split(/(▲+)/)
    .filter((part) => part !== "");
  return [dim(`${start}└`), ...parts.map((part) => (part.startsWith("▲") ? span(part, "accent") : dim(part))), dim(end)];
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 1 : 0);
}

function legendOf({ series, cursor, unit, format, width }: PlotOptions, most: number): Line[] {
  const parts = series.map(({ name, hue, points }) => {
    const value = cursor === undefined ? points.findLast(({ y }) => Number.isFinite(y))?.y : valueAt(points, cursor);
    return [span("■ ", hue), { text: `${name} ${value === undefined ? "–" : format(value)}` }];
  });
  const lines: Span[][] = [cursor === undefined ? [] : [bold(`${unit} ${shortNumber(cursor)}`)]];
  // A number that is cut off would read as another one: entries that do not fit are only indicated.
  for (const [i, part] of parts.entries()) {
    const shown = lines.at(-1)!;
    const gap = shown.length === 0 ? [] : [{ text: "  " }];
    const rest = i + 1 < parts.length && lines.length === most ? 2 : 0;
    if (shown.length === 0 || lineWidth([...shown, ...gap, ...part]) + rest <= width) shown.push(...gap, ...part);
    else if (lines.length < most) lines.push([...part]);
    else {
      shown.push(dim(" …"));
      break;
    }
  }
  return lines.map((spans) => cut(spans, width));
}

function inWords({ title, series, unit, format, width, height, marks = [] }: PlotOptions): Line[] {
  const lines: Line[] = [line(bold(title))];
  for (const { name, points } of series) {
    const known = points.filter(({ y }) => Number.isFinite(y));
    const [first, last] = [known[0], known.at(-1)];
    const text =
      first && last
        ? `from ${format(first.y)} to ${format(last.y)} at ${unit} ${shortNumber(last.x)}, lowest ${format(Math.min(...known.map(({ y }) => y)))}, highest ${format(Math.max(...known.map(({ y }) => y)))}`
        : "nothing yet";
    lines.push(line(`${series.length > 1 ? `${name}: ` : ""}${text}`));
  }
  if (marks.length > 0) lines.push(line(`best ${unit}: ${marks.map(shortNumber).join(", ")}`));
  return lines
    .flatMap((spans) => (lineWidth(spans) <= width ? [spans] : wrap(textOf(spans), width).map((text) => line(text))))
    .slice(0, height);
}
