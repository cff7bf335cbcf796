import type { InsightState } from "../../insight/insight.ts";
import { dim, type Line, line } from "../line.ts";
import { wrap } from "../../run/wrap.ts";

/** What stands in place of what is read from the run folder, while it is not there. */
export function waitingFor(insight: InsightState, what: keyof InsightState, width: number): Line[] {
  const { error, isLoading } = insight[what] ?? {};
  const text = error ?? (isLoading ? "reading the logits of the members …" : "appears after the first member finishes");
  return wrap(text, width).map((part) => line(dim(part)));
}
