import type { View } from "./view.ts";
import { bits } from "./views/bits.ts";
import { classes } from "./views/classes.ts";
import { curves } from "./views/curves.ts";
import { ensemble } from "./views/ensemble.ts";
import { log } from "./views/log.ts";
import { overview } from "./views/overview.ts";
import { system } from "./views/system.ts";
import { weights } from "./views/weights.ts";

/** The views of a run, in order. Those of plugins follow. */
export const VIEWS: readonly View[] = [overview, curves, ensemble, classes, weights, bits, system, log];

export function viewNamed(name: string, views: readonly View[] = VIEWS): View {
  return views.find((view) => view.name === name) ?? overview;
}
