// Terminal screens as an animated picture. Braille dots and blocks are drawn as shapes, since fonts differ in them.

import { crc32, deflateSync } from "node:zlib";
import { type Hue, type Line, lineWidth, type PlacedPicture, textOf } from "../packages/cli-ink/src/screen/line.ts";
import type { Theme } from "../packages/cli-ink/src/screen/theme.ts";

interface Options {
  readonly columns: number;
  readonly rows: number;
  readonly secondsPerFrame: number;
  /** Duration of the last frame. */
  readonly secondsAtEnd: number;
  readonly title: string;
  readonly theme: Theme;
}

interface Cell {
  readonly text: string;
  readonly color: string;
  readonly bold: boolean;
  /** Background of the character; undefined: the screen's. */
  readonly behind: string | undefined;
}

const CELL = { width: 8.4, height: 18 };
const MARGIN = { side: 14, top: 38, bottom: 12 };
const FOREGROUND = "#d5dbe5";
const BACKGROUND = "#12161f";

/** Colours by meaning: of a theme, or class names of a style sheet. */
interface Palette {
  readonly foreground: string;
  readonly background: string;
  of(hue: Hue): string;
  /** Attributes that fill a shape, or draw dots, in a colour. */
  fill(color: string): string;
  dots(color: string): string;
}

function paletteOf({ colors }: Theme): Palette {
  return {
    foreground: FOREGROUND,
    background: BACKGROUND,
    of: (hue) => colors[hue],
    fill: (color) => (color === FOREGROUND ? "" : ` fill="${color}"`),
    dots: (color) => ` stroke="${color}" stroke-width="2.2"`,
  };
}

/** Hues as classes: the picture's style sheet defines them twice, for dark and for light mode. */
const CLASSES: Palette = {
  foreground: "t",
  background: "b",
  of: (hue) => classOf(hue),
  fill: (name) => (name === "t" ? "" : name.startsWith("#") ? ` fill="${name}"` : ` class="${name}"`),
  dots: (name) => ` class="${name} o"`,
};

function classOf(hue: Hue): string {
  return hue.replace("series", "s").replace("heat", "h");
}

interface StillOptions extends Pick<Options, "columns" | "rows" | "title"> {
  readonly label: string;
  readonly dark: Theme;
  readonly light: Theme;
}

/** One screen as SVG, in the reader's dark or light mode. */
export function still(lines: readonly Line[], { columns, rows, title, label, dark, light }: StillOptions): string {
  const width = columns * CELL.width + 2 * MARGIN.side;
  const height = rows * CELL.height + MARGIN.top + MARGIN.bottom;
  const drawn = lines.map((own, row) => drawLine(own, MARGIN.top + row * CELL.height, CLASSES)).join("\n");
  const used = (Object.keys(dark.colors) as Hue[]).filter((hue) => new RegExp(`class="${classOf(hue)}[ "]`).test(drawn));
  const rules = ({ colors }: Theme, foreground: string, background: string): string =>
    `svg{fill:${foreground}}.b{fill:${background}}` +
    used.map((hue) => `.${classOf(hue)}{fill:${colors[hue]};stroke:${colors[hue]}}`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${height}" role="img" aria-label="${escape(label)}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">
<style>path,text{stroke-width:0}path.o{stroke-width:2.2}${rules(dark, FOREGROUND, BACKGROUND)}@media (prefers-color-scheme:light){${rules(light, "#1f2430", "#ffffff")}}</style>
<rect width="100%" height="100%" rx="8" class="b"/>
<g fill="#8a93a3"><circle cx="20" cy="18" r="5"/><circle cx="37" cy="18" r="5"/><circle cx="54" cy="18" r="5"/></g>
<text x="${round(width / 2)}" y="22" text-anchor="middle" font-size="12">${escape(title)}</text>
${drawn.replaceAll(/\n{2,}/g, "\n")}
</svg>
`;
}

/** The frames in a loop, as SVG; viewers without animation, and readers who prefer reduced motion, see the last. */
export function animate(frames: readonly (readonly Line[])[], options: Options): string {
  const { columns, rows, secondsPerFrame, secondsAtEnd, title } = options;
  const theme = paletteOf(options.theme);
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

function drawLine(line: Line, top: number, palette: Palette): string {
  if (textOf(line).trim() === "" && !line.some(({ picture }) => picture)) return "";
  const runs: { x: number; text: string; cell: Cell }[] = [];
  const shapes = new Map<string, string>();
  const add = (paint: string, shape: string): void => void shapes.set(paint, (shapes.get(paint) ?? "") + shape);
  for (const [column, cell] of cellsOf(line, palette).entries()) {
    const x = MARGIN.side + column * CELL.width;
    if (cell.behind !== undefined) add(palette.fill(cell.behind), rectangle(x, top, CELL.width, CELL.height));
    const shape = shapeOf(cell.text, x, top);
    if (shape !== undefined) {
      add(/[\u2800-\u28FF]/.test(cell.text) ? palette.dots(cell.color) : palette.fill(cell.color), shape);
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
      `<text x="${round(x)}" y="${top + 14}" textLength="${round(text.length * CELL.width)}" lengthAdjust="spacingAndGlyphs"${palette.fill(cell.color)}${cell.bold ? ' font-weight="700"' : ""}>${escape(text)}</text>`,
  );
  const pictures = line.flatMap(({ picture }, i) =>
    picture ? [drawPicture(picture, MARGIN.side + lineWidth(line.slice(0, i)) * CELL.width, top)] : [],
  );
  return [...[...shapes].map(([paint, path]) => `<path${paint} d="${path}"/>`), ...texts, ...pictures].join("");
}

/** A picture that the terminal draws itself. */
function drawPicture({ columns, rows, width, height, rgb }: PlacedPicture, x: number, y: number): string {
  const size = `width="${round(columns * CELL.width)}" height="${rows * CELL.height}"`;
  const data = storedPng(width, height, rgb).toString("base64");
  return `<image x="${round(x)}" y="${y}" ${size} preserveAspectRatio="none" image-rendering="pixelated" href="data:image/png;base64,${data}"/>`;
}

/** A PNG of 8-bit RGB with uncompressed pixels: compressors differ between machines, and the file is compared byte by byte. */
function storedPng(width: number, height: number, rgb: Uint8Array): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Array.from({ length: height }, (_, y) => Buffer.from([0, ...rgb.subarray(3 * y * width, 3 * (y + 1) * width)]));
  return Buffer.concat([
    Buffer.from("\u0089PNG\r\n\u001A\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Braille as dots, blocks and bars as rectangles, the lines of axes as lines, signs as outlines; undefined for what is text. */
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
  if (character === "━") return rectangle(x, top + CELL.height / 2 - 1, CELL.width, 2.5);
  if (character === "┃") return rectangle(x + CELL.width / 2 - 1, top, 2.5, CELL.height);
  const sign = SIGNS[character];
  return sign && `M${sign.map(([across, down]) => `${round(x + across * CELL.width)} ${round(top + down * CELL.height)}`).join("L")}z`;
}

/** Signs that many fonts lack, as outlines in shares of a cell. */
const SIGNS: Readonly<Record<string, readonly (readonly [across: number, down: number])[]>> = {
  "■": [
    [0.05, 0.35],
    [0.95, 0.35],
    [0.95, 0.75],
    [0.05, 0.75],
  ],
  "▶": [
    [0.1, 0.3],
    [0.95, 0.55],
    [0.1, 0.8],
  ],
  "▸": [
    [0.2, 0.4],
    [0.8, 0.58],
    [0.2, 0.76],
  ],
  "▲": [
    [0.5, 0.3],
    [0.95, 0.75],
    [0.05, 0.75],
  ],
  "✓": [
    [0, 0.56],
    [0.14, 0.5],
    [0.36, 0.66],
    [0.86, 0.28],
    [1, 0.34],
    [0.38, 0.82],
  ],
  "✗": [
    [0.1, 0.35],
    [0.25, 0.3],
    [0.5, 0.49],
    [0.75, 0.3],
    [0.9, 0.35],
    [0.62, 0.56],
    [0.9, 0.77],
    [0.75, 0.82],
    [0.5, 0.63],
    [0.25, 0.82],
    [0.1, 0.77],
    [0.38, 0.56],
  ],
};

function rectangle(x: number, y: number, width: number, height: number): string {
  return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

/** Characters with their colours. */
function cellsOf(line: Line, palette: Palette): Cell[] {
  return line.flatMap(({ text, hue, bold = false, inverse = false, pixel }) => {
    const own = pixel?.[0] ?? (hue === undefined ? palette.foreground : palette.of(hue));
    const [color, behind] = inverse ? [palette.background, own] : [own, pixel?.[1]];
    return Array.from(text, (character): Cell => ({ text: character, color, bold, behind }));
  });
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
