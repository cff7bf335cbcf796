import { beside, fill, type Line } from "./line.ts";

/** A part of a view. */
export interface Tile {
  readonly name: string;
  draw(width: number, height: number): Line[];
}

const [WIDTH, HEIGHT, GAP] = [36, 7, 2];
/** Ideal ratio of a tile's width to its height in cells; cells are twice as high as wide. */
const SHAPE = 4;
/** As words, a tile takes as many lines as it has. */
const ALL = 60;

/** How many tiles fit, and their arrangement: the one with the shape nearest to the ideal. */
export function arrangeTiles(count: number, width: number, height: number): { readonly columns: number; readonly rows: number } {
  const most = Math.max(1, Math.floor((width + GAP) / (WIDTH + GAP)));
  const rowsMost = Math.max(1, Math.floor((height + 1) / (HEIGHT + 1)));
  let best: { readonly columns: number; readonly rows: number; readonly off: number } | undefined;
  for (let columns = 1; columns <= Math.min(most, count); columns++) {
    const rows = Math.ceil(count / columns);
    const off = Math.abs(Math.log(width / columns / (height / rows) / SHAPE));
    if (rows <= rowsMost && (best === undefined || off < best.off)) best = { columns, rows, off };
  }
  return best ? { columns: best.columns, rows: best.rows } : { columns: Math.min(most, count), rows: rowsMost };
}

export interface TileOptions {
  readonly width: number;
  readonly height: number;
  /** Which of the tiles comes first if not all fit; wraps around after the last. */
  readonly first: number;
  /** Whether tiles are words, which are stacked. */
  readonly words: boolean;
}

/** Draws as many tiles as fit, in rows. */
export function tile(tiles: readonly Tile[], { width, height, first, words }: TileOptions): Line[] {
  if (tiles.length === 0 || height < 1) return [];
  const from = first % tiles.length;
  const turned = [...tiles.slice(from), ...tiles.slice(0, from)];
  if (words) return turned.flatMap(({ draw }) => [...draw(width, ALL), []]).slice(0, height);
  const { columns, rows } = arrangeTiles(tiles.length, width, height);
  const shown = (tiles.length <= columns * rows ? tiles : turned).slice(0, columns * rows);
  const used = Math.ceil(shown.length / columns);
  const lines: Line[] = [];
  for (let row = 0; row < used; row++) {
    const own = shown.slice(row * columns, (row + 1) * columns);
    const high = Math.floor((height - (used - 1) + used - 1 - row) / used);
    const each = Math.floor((width - GAP * (own.length - 1)) / own.length);
    if (row > 0) lines.push([]);
    lines.push(
      ...beside(
        own.map(({ draw }) => ({ lines: fill(draw(each, high), high), width: each })),
        GAP,
      ),
    );
  }
  return lines.slice(0, height);
}
