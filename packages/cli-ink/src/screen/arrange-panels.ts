import type { Panel } from "./panel.ts";

/** Minimum size of a panel in cells and lines. */
const [WIDTH, HEIGHT] = [36, 5];

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
  const stack = Math.ceil(charts.length / Math.max(1, wide - tables.length));
  const stacks = Array.from({ length: Math.ceil(charts.length / Math.max(1, stack)) }, (_, i) => charts.slice(i * stack, (i + 1) * stack));
  return { places: [...stacks, ...tables.map((table) => [table])], more: shown.length < panels.length };
}
