import type { Panel } from "./panel.ts";

/** Cells and lines that a panel needs. */
const [WIDTH, HEIGHT] = [36, 5];

type Placed = Pick<Panel, "id" | "kind">;

export interface Arrangement<P extends Placed> {
  /** From the left to the right; those of one place stand one above the other. */
  readonly places: readonly (readonly P[])[];
  /** Whether there are others, for which there is no room. */
  readonly more: boolean;
}

/**
 * Places as many panels as have room, charts first and tables at the right.
 * @param panels the most wanted first
 * @param view which of them comes first where not all have room; beyond the last the first follows again
 */
export function arrangePanels<P extends Placed>(panels: readonly P[], columns: number, height: number, view: number): Arrangement<P> {
  const wide = Math.max(1, Math.floor(columns / WIDTH));
  const deep = Math.max(1, Math.floor(height / HEIGHT));
  const room = (wide - 1) * deep + 1; // a table takes a place for itself
  const first = panels.length <= room ? 0 : view % panels.length;
  const turn = new Set([...panels.slice(first), ...panels.slice(0, first)].slice(0, room));
  const shown = panels.filter((panel) => turn.has(panel));
  const charts = shown.filter(({ kind }) => kind === "chart");
  const tables = shown.filter(({ kind }) => kind === "table");
  const stack = Math.ceil(charts.length / Math.max(1, wide - tables.length));
  const stacks = Array.from({ length: Math.ceil(charts.length / Math.max(1, stack)) }, (_, i) => charts.slice(i * stack, (i + 1) * stack));
  return { places: [...stacks, ...tables.map((table) => [table])], more: shown.length < panels.length };
}
