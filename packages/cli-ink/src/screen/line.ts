// Everything that the dashboard shows is lines of spans, made by pure functions. Tests read them as text; themes, plain characters and the
// words of the screen-reader mode are applied to them in one place.

/** The meaning of a colour; the theme defines the colour. `series0` … distinguish curves. */
export type Hue = "accent" | "good" | "bad" | "warn" | "dim" | `series${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}` | `heat${0 | 1 | 2 | 3 | 4}`;

export interface Span {
  readonly text: string;
  readonly hue?: Hue | undefined;
  readonly bold?: boolean;
  readonly inverse?: boolean;
  /** Colours of two pixels in half blocks, `#rrggbb`: foreground and background. */
  readonly pixel?: readonly [top: string, bottom: string];
  /** A picture that the terminal draws over this span and the cells below it, which are blank. */
  readonly picture?: PlacedPicture;
}

export interface PlacedPicture {
  /** Identifies the picture: the same name means the same picture. */
  readonly name: string;
  /** In cells. */
  readonly columns: number;
  readonly rows: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** [height × width × 3], 0 to 255 */
  readonly rgb: Uint8Array;
}

export type Line = readonly Span[];

export function span(text: string, hue?: Hue, style: Pick<Span, "bold" | "inverse"> = {}): Span {
  return hue === undefined ? { text, ...style } : { text, hue, ...style };
}

export function line(...parts: readonly (Span | string)[]): Line {
  return parts.map((part) => (typeof part === "string" ? { text: part } : part));
}

export function bold(text: string, hue?: Hue): Span {
  return span(text, hue, { bold: true });
}

export function dim(text: string): Span {
  return span(text, "dim");
}

/** Width in cells. Every character on the screen takes one. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}

export function lineWidth(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0);
}

export function textOf(spans: Line): string {
  return spans.map(({ text }) => text).join("");
}

/** The part of the line that fits, with a mark if it was cut. */
export function cut(spans: Line, width: number): Line {
  if (lineWidth(spans) <= width) return spans;
  const kept: Span[] = [];
  let room = Math.max(0, width - 1);
  for (const one of spans) {
    const characters = Array.from(one.text);
    kept.push({ ...one, text: characters.slice(0, room).join("") });
    room -= Math.min(room, characters.length);
    if (room === 0) break;
  }
  return width < 1 ? [] : [...kept, { text: "…" }];
}

/** Cut or padded to exactly this width. */
export function pad(spans: Line, width: number): Line {
  const missing = width - lineWidth(spans);
  return missing < 0 ? cut(spans, width) : missing === 0 ? spans : [...spans, { text: " ".repeat(missing) }];
}

/** Cut or padded to exactly this many lines. */
export function fill(lines: readonly Line[], height: number): Line[] {
  return Array.from({ length: Math.max(0, height) }, (_, i) => lines[i] ?? []);
}

/** Blocks of lines side by side. */
export function beside(blocks: readonly { readonly lines: readonly Line[]; readonly width: number }[], gap = 2): Line[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    blocks.flatMap(({ lines, width }, i) => {
      const own = lines[row] ?? [];
      return i === blocks.length - 1 ? cut(own, width) : [...pad(own, width), { text: " ".repeat(gap) }];
    }),
  );
}
