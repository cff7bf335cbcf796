// Screens of a terminal as a moving picture. Braille dots and blocks are drawn as shapes, since fonts differ in them.

import { type Line, textOf } from "../packages/cli-ink/src/screen/line.ts";
import type { Theme } from "../packages/cli-ink/src/screen/theme.ts";

interface Options {
  readonly columns: number;
  readonly rows: number;
  readonly secondsPerFrame: number;
  /** How long the last frame stays. */
  readonly secondsAtEnd: number;
  readonly title: string;
  readonly theme: Theme;
}

interface Cell {
  readonly text: string;
  readonly color: string;
  readonly bold: boolean;
  /** Behind the character; undefined: the screen's. */
  readonly behind: string | undefined;
}

const CELL = { width: 8.4, height: 18 };
const MARGIN = { side: 14, top: 38, bottom: 12 };
const FOREGROUND = "#d5dbe5";
const BACKGROUND = "#12161f";

/** The frames one after the other, over and over, as SVG; viewers that do not animate, and people who want no motion, see the last. */
export function animate(frames: readonly (readonly Line[])[], options: Options): string {
  const { columns, rows, secondsPerFrame, secondsAtEnd, title, theme } = options;
  const width = columns * CELL.width + 2 * MARGIN.side;
  const height = rows * CELL.height + MARGIN.top + MARGIN.bottom;
  const total = (frames.length - 1) * secondsPerFrame + secondsAtEnd;
  const shapes = Array.from({ length: rows }, (_, row) => {
    // A line that stays the same over several frames is drawn once.
    const stretches: { line: Line; key: string; from: number; to: number }[] = [];
    for (const [i, screen] of frames.entries()) {
      const line = screen[row] ?? [];
      const key = JSON.stringify(line);
      const last = stretches.at(-1);
      if (last?.key === key) last.to = i + 1;
      else stretches.push({ line, key, from: i, to: i + 1 });
    }
    return stretches.map(({ line, from, to }) => {
      const drawn = drawLine(line, MARGIN.top + row * CELL.height, theme);
      return drawn === ""
        ? ""
        : show(drawn, (from * secondsPerFrame) / total, to === frames.length ? 1 : (to * secondsPerFrame) / total, total);
    });
  });
  const still = (frames.at(-1) ?? []).map((line, row) => drawLine(line, MARGIN.top + row * CELL.height, theme)).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${height}" role="img" aria-label="The benn dashboard while an ensemble learns" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="${FOREGROUND}">
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g fill="#3a4354"><circle cx="20" cy="18" r="5"/><circle cx="37" cy="18" r="5"/><circle cx="54" cy="18" r="5"/></g>
<text x="${round(width / 2)}" y="22" text-anchor="middle" font-size="12" fill="#7c8698">${escape(title)}</text>
<style>.still{display:none}@media (prefers-reduced-motion:reduce){.still{display:inline}.moving{display:none}}</style>
<g class="moving">
${shapes.flat().filter(Boolean).join("\n")}
</g>
<g class="still">${still}</g>
</svg>
`;
}

/** Shows a group from one share of the time to another. */
function show(content: string, from: number, to: number, seconds: number): string {
  if (from === 0 && to === 1) return `<g>${content}</g>`;
  const steps = [...(from > 0 ? [[0, "hidden"] as const] : []), [from, "visible"] as const, ...(to < 1 ? [[to, "hidden"] as const] : [])];
  const values = steps.map(([, value]) => value).join(";");
  const times = steps.map(([time]) => time.toFixed(4)).join(";");
  const start = to === 1 ? "" : ' visibility="hidden"';
  return `<g${start}>${content}<animate attributeName="visibility" calcMode="discrete" dur="${round(seconds)}s" repeatCount="indefinite" values="${values}" keyTimes="${times}"/></g>`;
}

function drawLine(line: Line, top: number, theme: Theme): string {
  if (textOf(line).trim() === "") return "";
  const runs: { x: number; text: string; cell: Cell }[] = [];
  const shapes = new Map<string, string>();
  const add = (paint: string, shape: string): void => void shapes.set(paint, (shapes.get(paint) ?? "") + shape);
  for (const [column, cell] of cellsOf(line, theme).entries()) {
    const x = MARGIN.side + column * CELL.width;
    if (cell.behind !== undefined) add(` fill="${cell.behind}"`, rectangle(x, top, CELL.width, CELL.height));
    const shape = shapeOf(cell.text, x, top);
    if (shape !== undefined) {
      add(/[\u2800-\u28FF]/.test(cell.text) ? ` stroke="${cell.color}" stroke-width="2.2"` : paintOf(cell), shape);
      continue;
    }
    if (cell.text === " ") continue;
    const last = runs.at(-1);
    const next = last && last.x + last.text.length * CELL.width;
    if (last && Math.abs((next ?? 0) - x) < 0.01 && sameStyle(last.cell, cell)) last.text += cell.text;
    else runs.push({ x, text: cell.text, cell });
  }
  const texts = runs.map(
    ({ x, text, cell }) =>
      `<text x="${round(x)}" y="${top + 14}" textLength="${round(text.length * CELL.width)}" lengthAdjust="spacingAndGlyphs"${paintOf(cell)}${cell.bold ? ' font-weight="700"' : ""}>${escape(text)}</text>`,
  );
  return [...[...shapes].map(([paint, path]) => `<path${paint} d="${path}"/>`), ...texts].join("");
}

/** Braille as dots, blocks and bars as rectangles, the lines of axes as lines; undefined for what is text. */
function shapeOf(character: string, x: number, top: number): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x2800 && code <= 0x28ff) {
    let path = "";
    for (let bit = 0; bit < 8; bit++) {
      if (!((code >> bit) & 1)) continue;
      const [column, row] = bit < 6 ? [Math.floor(bit / 3), bit % 3] : [bit - 6, 3];
      path += `M${round(x + 1.1 + column * (CELL.width / 2))} ${round(top + 2.3 + row * (CELL.height / 4))}h2.2`;
    }
    return path;
  }
  if (code >= 0x2581 && code <= 0x2588) {
    const size = ((code - 0x2580) / 8) * (CELL.height - 4);
    return rectangle(x, top + CELL.height - 2 - size, CELL.width - 0.8, size);
  }
  if (character === "░") return rectangle(x, top + CELL.height - 5, CELL.width - 0.8, 3);
  if (character === "│") return rectangle(x + CELL.width / 2 - 0.5, top, 1, CELL.height);
  if (character === "└")
    return (
      rectangle(x + CELL.width / 2 - 0.5, top, 1, CELL.height / 2) + rectangle(x + CELL.width / 2, top + CELL.height / 2, CELL.width / 2, 1)
    );
  if (character === "─") return rectangle(x, top + CELL.height / 2, CELL.width, 1);
  return undefined;
}

function rectangle(x: number, y: number, width: number, height: number): string {
  return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

/** Characters with their colours. */
function cellsOf(line: Line, theme: Theme): Cell[] {
  return line.flatMap(({ text, hue, bold = false, inverse = false, pixel }) => {
    const own = pixel?.[0] ?? (hue === undefined ? FOREGROUND : theme.colors[hue]);
    const [color, behind] = inverse ? [BACKGROUND, own] : [own, pixel?.[1]];
    return Array.from(text, (character): Cell => ({ text: character, color, bold, behind }));
  });
}

function paintOf({ color }: Cell): string {
  return color === FOREGROUND ? "" : ` fill="${color}"`;
}

function sameStyle(a: Cell, b: Cell): boolean {
  return a.color === b.color && a.bold === b.bold && a.behind === b.behind;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
