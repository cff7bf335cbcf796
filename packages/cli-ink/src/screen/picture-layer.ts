import { clearPictures, encodePicture } from "./encode-picture.ts";
import { type Line, lineWidth, type PlacedPicture } from "./line.ts";
import type { TerminalPictures } from "./looks.ts";

const ESC = "\u001B";
/** Longer than Ink waits for the next frame. */
const PATIENCE_MILLISECONDS = 150;

interface Placed {
  readonly picture: PlacedPicture;
  /** From 0. */
  readonly row: number;
  readonly column: number;
}

/**
 * Pictures above the text that Ink draws. For Ink, their cells are blank, and it writes only what changes. Pictures are therefore redrawn
 * when anything in their lines has changed, and blanked out before the first frame without them.
 */
export class PictureLayer {
  readonly #pictures: TerminalPictures;
  readonly #write: (text: string) => void;
  readonly #encoded = new Map<string, Promise<string>>();
  #wanted: { readonly placed: readonly Placed[]; readonly key: string } = { placed: [], key: "" };
  #drawn: { readonly placed: readonly Placed[]; readonly key: string } = { placed: [], key: "" };
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;

  /** @param write to the terminal, in order with what Ink writes */
  constructor(pictures: TerminalPictures, write: (text: string) => void) {
    this.#pictures = pictures;
    this.#write = write;
  }

  /** Announces the frame that Ink will draw. */
  place(lines: readonly Line[]): void {
    const placed = lines.flatMap((line, row) =>
      line.flatMap(({ picture }, i) => (picture ? [{ picture, row, column: lineWidth(line.slice(0, i)) }] : [])),
    );
    const key = placed.length === 0 ? "" : keyOf(placed, lines);
    if (key === this.#wanted.key) return;
    this.#wanted = { placed, key };
    this.#schedule();
  }

  /** Passes on what Ink writes. */
  readonly pass = (text: string): string => {
    const before = this.#wanted.key === this.#drawn.key ? "" : this.#blank();
    if (this.#wanted.key !== this.#drawn.key) this.#soon();
    return `${before}${text}`;
  };

  /** The drawn pictures are lost: the window was resized. */
  redraw(): void {
    if (this.#wanted.key === "") return;
    this.#drawn = { placed: this.#drawn.placed, key: "?" };
    this.#schedule();
  }

  close(): void {
    this.#stop();
    this.#wanted = { placed: [], key: "" };
    const blank = this.#blank();
    if (blank !== "") this.#write(blank);
  }

  /** Runs once Ink has written its frame, or if it has nothing to write. */
  #schedule(): void {
    this.#stop();
    this.#timer = setTimeout(() => void this.#draw(), PATIENCE_MILLISECONDS);
  }

  #soon(): void {
    this.#stop();
    this.#timer = setImmediate(() => void this.#draw());
  }

  #stop(): void {
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
  }

  async #draw(): Promise<void> {
    const { placed, key } = this.#wanted;
    if (key === this.#drawn.key) return;
    const parts = await Promise.all(
      placed.map(async ({ picture, row, column }, i) => `${ESC}[${row + 1};${column + 1}H${await this.#encode(picture, i + 1)}`),
    );
    if (key !== this.#wanted.key) return; // another frame follows
    const text = `${this.#blank()}${parts.length > 0 ? `${ESC}7${parts.join("")}${ESC}8` : ""}`;
    this.#drawn = { placed, key };
    if (text !== "") this.#write(text);
  }

  /** Overwrites the current pictures with blanks, which Ink assumes there. */
  #blank(): string {
    const { placed } = this.#drawn;
    if (placed.length === 0) return "";
    this.#drawn = { placed: [], key: "?" };
    const rows = placed.flatMap(({ picture, row, column }) =>
      Array.from({ length: picture.rows }, (_, i) => `${ESC}[${row + i + 1};${column + 1}H${" ".repeat(picture.columns)}`),
    );
    return `${ESC}7${ESC}[m${clearPictures(this.#pictures)}${rows.join("")}${ESC}8`;
  }

  #encode(picture: PlacedPicture, id: number): Promise<string> {
    const name = `${id} ${picture.name} ${picture.columns}×${picture.rows}`;
    let encoded = this.#encoded.get(name);
    if (!encoded) this.#encoded.set(name, (encoded = encodePicture(picture, this.#pictures, id)));
    return encoded;
  }
}

/** Identifies the pictures, their positions, and everything in their lines. */
function keyOf(placed: readonly Placed[], lines: readonly Line[]): string {
  const rows = new Set(placed.flatMap(({ picture, row }) => Array.from({ length: picture.rows }, (_, i) => row + i)));
  return JSON.stringify([
    placed.map(({ picture: { name, columns, rows: high }, row, column }) => [name, columns, high, row, column]),
    [...rows].map((row) => (lines[row] ?? []).map(({ text, hue, bold, inverse, pixel }) => [text, hue, bold, inverse, pixel])),
  ]);
}
