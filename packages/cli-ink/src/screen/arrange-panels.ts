import type { Panel } from "./panel.ts";

/** Minimum size of a panel in cells and lines. */
const [WIDTH, HEIGHT] = [36, 5];
/** Cells of a chart's width for a line of its height, at best: cells are twice as high as wide. */
const SHAPE = 4;

type Placed = Pick<Panel, "id" | "kind">;

export interface Arrangement<P extends Placed> {
  /** From left to right; panels of one place are stacked. */
  readonly places: readonly (readonly P[])[];
  /** Whether there are more panels than fit. */
  readonly more: boolean;
}

/**
 * Places as many panels as fit, charts first and tables at the right.
 * @param panels in order of importance
 * @param view which of them comes first if not all fit; wraps around after the last
 */
export function arrangePanels<P extends Placed>(panels: readonly P[], columns: number, height: number, view: number): Arrangement<P> {
  const wide = Math.max(1, Math.floor(columns / WIDTH));
  const deep = Math.max(1, Math.floor(height / HEIGHT));
  const room = (wide - 1) * deep + 1; // a table takes a place of its own
  const first = panels.length <= room ? 0 : view % panels.length;
  const turn = new Set([...panels.slice(first), ...panels.slice(0, first)].slice(0, room));
  const shown = panels.filter((panel) => turn.has(panel));
  const charts = shown.filter(({ kind }) => kind === "chart");
  const tables = shown.filter(({ kind }) => kind === "table");
  const stack = stackSize(charts.length, { most: Math.max(1, wide - tables.length), deep, columns, height, tables: tables.length });
  const stacks = Array.from({ length: Math.ceil(charts.length / Math.max(1, stack)) }, (_, i) => charts.slice(i * stack, (i + 1) * stack));
  return { places: [...stacks, ...tables.map((table) => [table])], more: shown.length < panels.length };
}

/** How many charts stand one above the other: stacks as even as can be, of charts that come nearest to the best shape. */
function stackSize(
  charts: number,
  { most, deep, columns, height, tables }: { most: number; deep: number; columns: number; height: number; tables: number },
): number {
  let best = Math.max(1, Math.ceil(charts / most));
  let bestOff = Infinity;
  for (let stacks = 1; stacks <= Math.min(most, charts); stacks++) {
    const stack = Math.ceil(charts / stacks);
    const off = Math.abs(Math.log(columns / (stacks + tables) / (height / stack) / SHAPE));
    if (stack <= deep && off < bestOff) [best, bestOff] = [stack, off];
  }
  return best;
}
