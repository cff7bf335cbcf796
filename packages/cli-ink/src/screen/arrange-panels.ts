export type Panel = "loss" | "accuracy" | "votes";

/** Two charts one above the other need this many lines. */
const STACKED = 10;

/** Panels from the left to the right, those of one place one above the other; `view` says which come first where not all have room. */
export function arrangePanels(columns: number, height: number, view: number): readonly (readonly Panel[])[] {
  if (columns >= 110) return [["loss"], ["accuracy"], ["votes"]];
  if (columns >= 72 && height >= STACKED) return [["loss", "accuracy"], ["votes"]];
  const turns = [["loss", "votes", "accuracy"] as const, ["votes", "accuracy", "loss"] as const, ["accuracy", "loss", "votes"] as const];
  const shown = new Set<Panel>(turns[view % turns.length]?.slice(0, columns >= 72 ? 2 : 1));
  return (["loss", "accuracy", "votes"] as const).filter((panel) => shown.has(panel)).map((panel) => [panel]);
}
