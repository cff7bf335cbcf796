import { beside, fill, type Line } from "./line.ts";

/** A part of a view. */
export interface Tile {
  readonly name: string;
  draw(width: number, height: number): Line[];
}

const [WIDTH, HEIGHT, GAP] = [36, 7, 2];

/** How many tiles have room, and how they stand. */
export function arrangeTiles(count: number, width: number, height: number): { readonly columns: number; readonly rows: number } {
  const most = Math.max(1, Math.floor((width + GAP) / (WIDTH + GAP)));
  const rowsMost = Math.max(1, Math.floor((height + 1) / (HEIGHT + 1)));
  const rows = Math.min(rowsMost, Math.ceil(count / Math.min(most, count)));
  return { columns: Math.min(most, Math.ceil(count / rows)), rows };
}

/**
 * Draws as many tiles as have room, in rows.
 * @param first which of them comes first where not all have room; beyond the last the first follows again
 */
export function tile(tiles: readonly Tile[], width: number, height: number, first: number): Line[] {
  if (tiles.length === 0 || height < 1) return [];
  const { columns, rows } = arrangeTiles(tiles.length, width, height);
  const room = columns * rows;
  const from = tiles.length <= room ? 0 : first % tiles.length;
  const shown = [...tiles.slice(from), ...tiles.slice(0, from)].slice(0, room);
  const lines: Line[] = [];
  for (let row = 0; row < rows; row++) {
    const own = shown.slice(row * columns, (row + 1) * columns);
    if (own.length === 0) break;
    const used = Math.ceil(shown.length / columns);
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

export function hasMoreTiles(count: number, width: number, height: number): boolean {
  const { columns, rows } = arrangeTiles(count, width, height);
  return columns * rows < count;
}
